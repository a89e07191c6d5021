"""The options that say what files of pairs look like."""

import dataclasses
from typing import Any, Literal

from seq2seq_keras.data.lines import check_encoding
from seq2seq_keras.errors import InputError, shown
from seq2seq_keras.options import check_options, documented, option

# How a separator may be written that is hard to type.
_SPELLINGS = {"tab": "\t", "\\t": "\t", "comma": ",", "space": " "}

_MOST_COLUMNS = 10**6


@documented
@dataclasses.dataclass(kw_only=True)
class ReadingOptions:
    r"""How the pairs stand in a table; parallel text has an encoding only.

    Args:
        {options}

    Raises:
        InputError: For the first option that cannot be.

    Example:

    >>> ReadingOptions(columns=["en", "fr"], separator="tab").separator
    '\t'
    """

    columns: list[str] | None = option(
        None,
        """The columns of a table that hold source and target: two numbers counted from
        0, or two names of its header row; the first two unless given.""",
        nargs=2,
        metavar=("SOURCE", "TARGET"),
    )
    separator: str | None = option(
        None,
        """What parts the columns of a table, such as ';' or ' >> '; a tab unless given,
        a comma in a .csv. A space stands for any white space, and what follows the last
        column asked for belongs to it.""",
        metavar="TEXT",
    )
    header: Literal["auto", "yes", "no"] = option(
        "auto",
        """Whether the first row of a table names its columns; "auto" says what it
        found, or asks where both could be.""",
    )
    encoding: str = option(
        "utf-8",
        "What files are written in, any encoding that Python knows, such as cp949.",
        metavar="NAME",
    )
    comment: str | None = option(
        None,
        """What a comment begins with: such lines of a table are left out, and what
        stands behind it and white space in others.""",
        metavar="TEXT",
    )
    features_column: str | None = option(
        None,
        """The column of a table that holds features of the source, such as V;PST; they
        become tokens before it.""",
        metavar="COLUMN",
    )
    features_separator: str = option(
        ";", "What parts the features of a source.", metavar="TEXT"
    )
    weights_column: str | None = option(
        None,
        "The column of a table that holds the weight of each pair in training.",
        metavar="COLUMN",
    )

    def __post_init__(self) -> None:
        if self.columns is not None:
            given: Any = self.columns
            items = list(given) if isinstance(given, list | tuple) else [given]
            self.columns = [number_as_text(item) for item in items]
        for name in ("features_column", "weights_column"):
            setattr(self, name, number_as_text(getattr(self, name)))
        check_options(self)
        check_encoding(self.encoding)
        separator = self.separator
        self.separator = _SPELLINGS.get(separator or "", separator)
        for name in ("separator", "features_separator", "comment"):
            value = getattr(self, name)
            if value == "" or (value and ("\n" in value or "\r" in value)):
                raise InputError(
                    f"`{name}` must be text within a line. "
                    f"Received: {name}={shown(value)}"
                )

        if self.features_separator != ";" and self.features_column is None:
            raise InputError(
                "`features_separator` parts nothing without `features_column`."
            )

    def needed(self) -> dict[str, str]:
        """The columns that are asked for, by what they hold."""
        source, target = self.columns or ("0", "1")
        others = {"features": self.features_column, "weights": self.weights_column}
        found = {name: column for name, column in others.items() if column is not None}
        return {"source": source, "target": target, **found}


def number_as_text(item: Any) -> Any:
    """The number of a column as the text of it that the command line would give."""
    is_number = isinstance(item, int) and not isinstance(item, bool)
    return str(item) if is_number and abs(item) <= _MOST_COLUMNS else item


def given_options(options: ReadingOptions) -> dict[str, Any]:
    """Those that are not as they are unless given, by name."""
    return {
        field.name: getattr(options, field.name)
        for field in dataclasses.fields(ReadingOptions)
        if getattr(options, field.name) != field.default
    }
