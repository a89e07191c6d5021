"""How many processes train one model, and where."""

import dataclasses

from seq2seq_keras.options import check_options, documented, option


@documented
@dataclasses.dataclass(kw_only=True)
class TrainingWorkers:
    """The processes that train one model together.

    Args:
        {options}

    Raises:
        InputError: If an option is out of its range.

    Example:

    >>> TrainingWorkers(num_workers=4).address is None
    True
    """

    num_workers: int | None = option(
        None,
        """Processes that train together, each on its share of every batch; one, or all
        that a cluster has processors for, unless given.""",
        minimum=1,
        maximum=4096,
    )
    address: str | None = option(
        None,
        """The cluster of Ray whose nodes train too: `auto` for the running one, its
        HOST:PORT, or `local` for one of this machine. Without it all processes are of
        this machine, and no Ray is needed.""",
    )

    def __post_init__(self) -> None:
        check_options(self)

    @property
    def are_several(self) -> bool:
        """Whether there are other processes at all."""
        return self.address is not None or (self.num_workers or 1) > 1
