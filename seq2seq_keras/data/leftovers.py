"""What other programs leave in cells: HTML entities, Excel's quotes, markup."""

import html.entities
import re
from collections.abc import Sequence

from seq2seq_keras.data.report import Found

_ENTITY = re.compile("&(?:#[0-9]+|#[xX][0-9a-fA-F]+|([A-Za-z][A-Za-z0-9]*));")
# What Excel puts a cell in quotes for, in text with tabs too.
_QUOTED_FOR = re.compile('[,"\t\r\n]')
_TAG = re.compile(
    r"""\s*<(?:
        (?:\?xml|!DOCTYPE)\b | !--
        | (?P<closing>/)? (?P<name>[A-Za-z_][\w:.-]*)
          (?P<more>\s++[\w:.-]++\s*+=[^<>]*+ | \s*+/)? \s*+>
    )""",
    re.VERBOSE,
)
# Names of tags that are remembered until one is closed.
_NAMES = 1000


class Leftovers:
    """Counts the cells of one side of a split that are not plain text.

    - HTML entities: a number (`&#39;`, `&#x27;`) or a name that HTML knows (`&quot;`),
      with its semicolon.
    - Excel's quotes: a cell that begins and ends with `"` and has all quotes between
      doubled, if there are some (`"a ""b"" c"`), or if it holds a comma, a tab or a
      line break (`"yes, sir"`). The second may be direct speech: it counts as long as
      no cell of that side holds a comma or quote outside of such quotes, in which
      Excel would have put it. `"Hello."` does not count.
    - Markup: a cell that begins, after white space, with a tag which has attributes
      (`<seg id="1">`), closes (`</doc>`, `<br/>`) or is closed, in the same cell
      (`<p>yes</p>`) or at the beginning of another one (`<tu>`); or with `<?xml`,
      `<!DOCTYPE` or `<!--`. `<unk>`, which nothing closes, is a word, and so are `<s>`
      and `</s>`.
    """

    def __init__(self) -> None:
        self.html_entities = Found()
        self._doubled, self._quoted = Found(), Found()
        self._quotes_are_kept = True  # all that Excel would put in quotes is so
        self._tags = Found()
        self._opened: dict[str, Found] = {}
        self._closed: set[str] = set()

    @property
    def excel_quotes(self) -> Found:
        """Cells in Excel's quotes."""
        return self._doubled + (self._quoted if self._quotes_are_kept else Found())

    @property
    def markup(self) -> Found:
        """Cells that are markup."""
        closed = (self._opened[name] for name in self._closed & self._opened.keys())
        return sum(closed, start=self._tags)

    def add(self, texts: Sequence[str], joined: str, first: int) -> None:
        """Counts some cells; `joined` is all their text, `first` their first number."""
        for mark, look in (("&", self._entity), ("<", self._markup)):
            if mark in joined:
                for number, text in enumerate(texts, first):
                    if mark in text:
                        look(number, text)
        if '"' in joined:
            for number, text in enumerate(texts, first):
                if text.startswith('"'):
                    self._quotes(number, text)
        # Most texts have a comma soon, and then there is no more to look for.
        if self._quotes_are_kept and _QUOTED_FOR.search(joined):
            self._quotes_are_kept = not any(
                _QUOTED_FOR.search(text) and not _is_quoted(text) for text in texts
            )

    def _entity(self, number: int, text: str) -> None:
        for found in _ENTITY.finditer(text):
            if found[1] is None or f"{found[1]};" in html.entities.html5:
                self.html_entities.add(number, text, found.start())
                return

    def _quotes(self, number: int, text: str) -> None:
        if _is_quoted(text) and (reason := _QUOTED_FOR.search(text, 1, len(text) - 1)):
            (self._doubled if '"' in text[1:-1] else self._quoted).add(
                number, text, reason.start()
            )

    def _markup(self, number: int, text: str) -> None:
        tag = _TAG.match(text)
        if tag is None:
            return
        name = tag["name"]
        if name == "s" and not tag["more"]:
            return
        if tag["closing"] and len(self._closed) < _NAMES:
            self._closed.add(name)
        if not name or tag["closing"] or tag["more"] or f"</{name}>" in text:
            self._tags.add(number, text)
        elif name in self._opened or len(self._opened) < _NAMES:
            self._opened.setdefault(name, Found()).add(number, text)


def _is_quoted(text: str) -> bool:
    return (
        len(text) > 1
        and text.startswith('"')
        and text.endswith('"')
        and '"' not in text[1:-1].replace('""', "")
    )
