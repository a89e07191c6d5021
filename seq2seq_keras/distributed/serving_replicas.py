"""How many replicas answer, where, and when there are more of them."""

import dataclasses
import re

from seq2seq_keras.errors import InputError, shown
from seq2seq_keras.options import check_options, documented, option

_RANGE = re.compile(r"([0-9]{1,4})(?:\.\.([0-9]{1,4}))?")


@documented
@dataclasses.dataclass(kw_only=True)
class ServingReplicas:
    """The replicas of a cluster of Ray that answer what one gateway is asked.

    Args:
        {options}

    Raises:
        InputError: If an option is out of its range.

    Example:

    >>> ServingReplicas(replicas="2..8").bounds
    (2, 8)
    """

    replicas: str = option(
        "1",
        """How many replicas there are, each a process with all models; `1..8` for as
        many as the requests under way need.""",
        metavar="MIN..MAX",
    )
    address: str = option(
        "local",
        """The cluster of Ray whose nodes answer: `auto` for the running one, its
        HOST:PORT, or `local` for one of this machine.""",
    )
    threads: int = option(
        1,
        "Threads of each replica, and processors that it takes of the cluster's.",
        minimum=1,
        maximum=1024,
    )
    requests_per_replica: float = option(
        16.0,
        """How many requests under way, waiting or at work, are enough for a replica;
        with more, there will be more replicas.""",
        above=0,
        maximum=10**6,
    )
    scale_up_seconds: float = option(
        5.0,
        "How long there are to be too few replicas before others are started.",
        minimum=0,
        maximum=3600,
    )
    scale_down_seconds: float = option(
        120.0,
        "How long there are to be too many before some end.",
        minimum=0,
        maximum=10**5,
    )

    def __post_init__(self) -> None:
        check_options(self)
        low, high = self.bounds
        if not 1 <= low <= high:
            raise InputError(
                "`replicas` has at least 1, and the most behind the least, e.g. 1..8. "
                f"Received: {shown(self.replicas)}"
            )

    @property
    def bounds(self) -> tuple[int, int]:
        """The least and the most replicas."""
        found = _RANGE.fullmatch(self.replicas)
        if found is None:
            raise InputError(
                "`replicas` is a number, or two of them, e.g. 1..8. "
                f"Received: {shown(self.replicas)}"
            )
        return int(found[1]), int(found[2] or found[1])
