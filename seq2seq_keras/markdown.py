"""Names from anywhere in documents that people read."""

import re
from typing import Any

# What Markdown could take for more than text: marks, HTML, tables, and what GitHub
# makes a link of by itself. An underscore within a word is none.
_MARKS = re.compile(r"[\\`*\[\]<>|~&#$!@]|(?<!\w)_|_(?!\w)|(?<=www)\.|:(?=//)")


def as_markdown(text: Any) -> str:
    r"""Any text as a piece of Markdown, on one line, that shows it as it is.

    Args:
        text: A string, or what is written as one.

    Returns:
        A string.

    Example:

    >>> print(as_markdown("max_length *or* <b>"))
    max_length \*or\* \<b\>
    """
    shown = "".join(c if c.isprintable() else " " for c in str(text))
    return _MARKS.sub(r"\\\g<0>", shown)
