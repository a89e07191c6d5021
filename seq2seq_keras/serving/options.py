"""Every option of the server."""

import dataclasses
import re
from typing import Any

from seq2seq_keras.errors import InputError, shown
from seq2seq_keras.options import check_options, documented, option

# What stands in a URL as it is, and nowhere means a folder above.
_NAME = re.compile(r"\w[\w.-]{0,99}", re.ASCII)
_LENGTH = 50  # characters that each text of a list has on average, at most
_LABEL = re.compile(r"(?:(?P<model>\w[\w.-]*)/)?(?P<label>\w[\w.-]*)=(?P<version>\d+)")


@documented
@dataclasses.dataclass
class ServingOptions:
    """How models are served; the options of `seq2seq-keras serve`.

    Args:
        {options}

    Raises:
        InputError: If an option is out of its range.

    Example:

    >>> ServingOptions(rest_port=8080).host
    '127.0.0.1'
    """

    name: list[str] | None = option(
        None,
        "What the models are called, in their order; by default as their folders.",
        nargs="+",
    )
    host: str = option(
        "127.0.0.1",
        "The address to listen at; by default nobody but this machine is heard. "
        "`0.0.0.0` for all.",
    )
    rest_port: int = option(
        8501, "The port of REST and of the page; 0 for any.", minimum=0, maximum=65535
    )
    grpc_port: int = option(
        8500, "The port of gRPC; 0 for any.", minimum=0, maximum=65535
    )
    workers: int = option(
        1,
        "Processes behind the two ports, each with all models.",
        minimum=1,
        maximum=256,
    )
    max_batch_size: int = option(
        128,
        "The most texts translated at a time. Requests that draw (`sample`), and those "
        "of signatures with several axes, such as `nbest`, stay whole.",
        minimum=1,
        maximum=10**4,
    )
    batch_timeout_ms: float = option(
        2.0,
        "How long a batch waits for more texts, in milliseconds. It waits only while "
        "several clients are about.",
        minimum=0,
        maximum=10**4,
    )
    queue_size: int = option(
        1024,
        "The most texts that wait for one model; beyond them requests are answered "
        "with 429.",
        minimum=1,
        maximum=10**7,
    )
    max_texts: int = option(
        256, "The most texts of a request.", minimum=1, maximum=10**6
    )
    max_characters: int = option(
        5000,
        "The most characters of a text, and of a `prefix`.",
        minimum=1,
        maximum=10**4,
    )
    max_beam_width: int = option(
        32,
        "The largest `beam_width`, `n_best` and `candidates` of a request.",
        minimum=1,
        maximum=10**4,
    )
    max_tokens: int = option(
        1000,
        "The largest `max_length` and `min_length` of a request.",
        minimum=1,
        maximum=10**6,
    )
    max_search_tokens: int = option(
        2**18,
        "The most tokens that the search of a request, or of a batch, may have to look "
        "at: texts x `beam_width` (or draws, `n_best` or `candidates`) x `max_length`.",
        minimum=1,
        maximum=10**12,
    )
    max_avoid: int = option(
        200,
        "The most phrases of `avoid`, of 50 characters each on average. What it takes "
        "to look for them grows with their number and with the vocabulary.",
        minimum=1,
        maximum=10**6,
    )
    max_allowed: int = option(
        5000,
        "The most texts of `allowed`, of 50 characters each on average.",
        minimum=1,
        maximum=10**6,
    )
    max_option_sets: int = option(
        64,
        "How many sets of search options a version keeps graphs of, the last ones that "
        "were asked for, beside its defaults and the page's; each takes megabytes.",
        minimum=0,
        maximum=10**6,
    )
    max_body_bytes: int = option(
        2**22, "The most bytes of a request.", minimum=1000, maximum=2**31 - 1
    )
    timeout_seconds: float = option(
        30.0,
        "What a request may take in all; after that it is answered with 504.",
        above=0,
        maximum=3600,
    )
    grace_seconds: float = option(
        8.0,
        "What is left to answer what has come in, after SIGTERM.",
        minimum=0,
        maximum=3600,
    )
    poll_seconds: float = option(
        1.0,
        "How often a folder of versions is looked through for new ones.",
        minimum=0.01,
        maximum=3600,
    )
    keep_versions: int = option(
        2,
        "How many of the highest versions are kept loaded, beside those with labels.",
        minimum=1,
        maximum=100,
    )
    labels: list[str] | None = option(
        None,
        "Names of versions, `stable=2`; with several models `NAME/stable=2`.",
        nargs="+",
        metavar="LABEL=VERSION",
    )
    token_file: str | None = option(
        None, "A file with the token that every request must bring.", metavar="FILE"
    )
    certificate: str | None = option(
        None, "A file with the certificate of TLS, PEM; needs `key`.", metavar="FILE"
    )
    key: str | None = option(
        None, "A file with the private key of TLS, PEM.", metavar="FILE"
    )
    cors_origins: list[str] | None = option(
        None,
        "Whose pages may ask the server, e.g. `https://example.org`.",
        nargs="+",
        metavar="ORIGIN",
    )
    allowed_hosts: list[str] | None = option(
        None,
        "Names that requests may call the server by, beside 127.0.0.1 and localhost, "
        "e.g. that of a proxy which passes it on. They are checked only where `host` "
        "is an address of this machine alone.",
        nargs="+",
        metavar="HOST",
    )
    access_log: str | None = option(
        None,
        "A file that gets a line of JSON for each request; `-` is standard error.",
        metavar="FILE",
    )

    def __post_init__(self) -> None:
        check_options(self)
        if (self.certificate is None) != (self.key is None):
            raise InputError("TLS needs both a `certificate` and its `key`.")
        for label in self.labels or ():
            if not _LABEL.fullmatch(label):
                raise InputError(
                    "`labels` are written LABEL=VERSION or NAME/LABEL=VERSION, e.g. "
                    f"stable=2. Received: {shown(label)}"
                )

    def search_limits(self) -> dict[str, int]:
        """The largest values of options of the search, which else may be larger."""
        return {
            **dict.fromkeys(
                ("beam_width", "n_best", "candidates"), self.max_beam_width
            ),
            **dict.fromkeys(("max_length", "min_length"), self.max_tokens),
        }

    def list_limits(self) -> dict[str, tuple[int, int]]:
        """How many texts lists of a request may have, and how many characters."""
        limits = {"avoid": self.max_avoid, "allowed": self.max_allowed}
        return {name: (most, most * _LENGTH) for name, most in limits.items()}

    def labels_of(self, model: str) -> dict[str, int]:
        """The labels of a model, with the versions they stand for."""
        return dict(self.labels_given_to(model).values())

    def labels_given_to(self, model: str) -> dict[str, tuple[str, int]]:
        """Label and version by what was written, where that is for this model."""
        found = {label: _LABEL.fullmatch(label) for label in self.labels or ()}
        return {
            label: (match["label"], int(match["version"]))
            for label, match in found.items()
            if match and match["model"] in (None, model)
        }


def check_name(name: Any) -> str:
    """Returns the name of a model, or refuses what cannot stand in a URL."""
    if not (isinstance(name, str) and _NAME.fullmatch(name)):
        raise InputError(
            "The name of a model has letters of ASCII, digits, `_`, `.` and `-`, and "
            f"begins with a letter or digit. Received: {shown(name)}. Choose `--name`."
        )
    return name
