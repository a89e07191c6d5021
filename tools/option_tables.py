"""Writes the tables of options in README.md and docs from their definitions.

    python -m tools.option_tables            # rewrites what is out of date

A table stands between `<!-- options: NAME -->` and `<!-- end of options -->`; a test
compares.
"""

import pathlib
import re

from seq2seq_keras.architecture import Architecture
from seq2seq_keras.decoding import SearchOptions
from seq2seq_keras.options import options_table
from seq2seq_keras.serving import ServingOptions

_ROOT = pathlib.Path(__file__).parents[1]
DOCUMENTS = (_ROOT / "README.md", _ROOT / "docs" / "serving.md")
OWNERS = {"model": Architecture, "search": SearchOptions, "serving": ServingOptions}
_TABLE = re.compile(
    r"(<!-- options: (\w+) -->\n)(.*?)(<!-- end of options -->)", re.DOTALL
)


def with_tables(text: str) -> str:
    """A document with its tables as the definitions have them.

    Args:
        text: The document, in Markdown.

    Returns:
        The document, changed only between the marks.
    """
    return _TABLE.sub(
        lambda found: f"{found[1]}{options_table(OWNERS[found[2]])}\n{found[4]}", text
    )


if __name__ == "__main__":
    for path in DOCUMENTS:
        text = path.read_text(encoding="utf-8")
        path.write_text(with_tables(text), encoding="utf-8", newline="\n")
