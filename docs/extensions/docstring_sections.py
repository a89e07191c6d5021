"""Brings the docstrings of the package into the form that mkdocstrings reads.

They follow Keras: `Call arguments`, `Reference`, and examples that begin at the
margin. The Google style of mkdocstrings does not know the first two, takes `Returns`
apart at its first colon, and wants examples indented.
"""

import inspect
import pydoc
import re
import textwrap

import griffe

_HEADING = re.compile(
    r"^(Args|Attributes|Call arguments|Returns|Yields|Raises|Example|Reference):$", re.M
)
_ITEM = re.compile(r"^(\*{0,2}\w+): ", re.M)


class DocstringSections(griffe.Extension):
    """The extension of griffe, which reads the code for mkdocstrings."""

    def on_object(self, *, obj, **_):
        """Rewrites the docstring of whatever has one."""
        if obj.docstring is None:
            return
        if re.search(r"^ *\{options\}$", obj.docstring.value, re.MULTILINE):
            # The package writes what stands there when it is imported.
            obj.docstring.value = inspect.getdoc(pydoc.locate(obj.path))
        obj.docstring.value = google_style(obj.docstring.value)


def google_style(docstring):
    """Rewrites the sections of a docstring.

    Args:
        docstring: String, without the indentation of the code.

    Returns:
        A string, in which only `Args`, `Attributes`, `Raises` and `Examples` are
        sections; the others are Markdown under a title.
    """
    text, *rest = _HEADING.split(docstring)
    sections = zip(rest[::2], rest[1::2], strict=True)
    return "".join([text, *(_section(*section) for section in sections)])


def _section(heading, body):
    if heading in ("Args", "Attributes", "Raises"):
        return f"{heading}:{body}"
    body = textwrap.dedent(body).strip()
    if heading == "Example":
        return f"Examples:\n{textwrap.indent(body, '    ')}\n\n"
    if heading == "Call arguments":
        # A list, as of `Args`; what an item goes on with is indented already.
        body = _ITEM.sub(r"- **`\1`** – ", body)
    title = f'<span class="doc-section-title">{heading}:</span>'
    return f"{title}\n\n{body}\n\n"
