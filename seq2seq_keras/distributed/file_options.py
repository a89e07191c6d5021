"""Who translates files, and what becomes of lines that are no text."""

import dataclasses
from typing import Literal

from seq2seq_keras.options import check_options, documented, option


@documented
@dataclasses.dataclass(kw_only=True)
class FilesOptions:
    """Who translates files: processes of this machine, or of a cluster of Ray.

    Args:
        {options}

    Raises:
        InputError: If an option is out of its range.

    Example:

    >>> FilesOptions(num_workers=2).threads
    1
    """

    num_workers: int | None = option(
        None,
        """Processes that translate, each with a model of its own; as many as there are
        processors for unless given.""",
        minimum=1,
        maximum=4096,
    )
    threads: int = option(
        1, "Threads of each of these processes.", minimum=1, maximum=1024
    )
    address: str | None = option(
        None,
        """The cluster of Ray whose nodes translate: `auto` for the running one, its
        HOST:PORT, or `local` for one of this machine. Without it no Ray is needed.""",
    )
    on_error: Literal["fail", "skip"] = option(
        "fail",
        """What becomes of a line with bytes that are no text: its file fails, and the
        others go on; or its translation is empty, and it is counted.""",
    )

    def __post_init__(self) -> None:
        check_options(self)
