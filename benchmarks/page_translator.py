"""The translator of an exported page, in a browser that a program drives."""

import contextlib
import pathlib
import shutil
from collections.abc import Iterator
from typing import Any

import numpy as np

from seq2seq_keras.translation import Hypothesis, Translation

HOME = "http://localhost/"
_TYPES = {
    **{".html": "text/html", ".js": "text/javascript", ".css": "text/css"},
    **{".json": "application/json", ".svg": "image/svg+xml"},
}
_DECODE = """async ([texts, options, prefixes]) => {
  const { Server } = await import("./page/server.js");
  const server = (window.server ??= new Server());
  const { signal } = new AbortController();
  const found = [];
  for (const [place, text] of texts.entries()) {
    const asked = prefixes ? { ...options, prefix: prefixes[place] } : options;
    found.push(await server.inspect(text, { options: asked }, signal));
  }
  return found;
}"""


class PageTranslator:
    """Translates as the scripts of a page do.

    Args:
        page: A `Page` of playwright. It is given the files of the folder and nothing
            else; what it asks for beside is kept in `refused`.
        folder: What `export(format="onnx", page=True)` wrote.
    """

    def __init__(self, page: Any, folder: pathlib.Path) -> None:
        self.page, self.folder = page, folder
        self.refused: list[str] = []
        page.route("**/*", self._give)
        self.open()

    def open(self) -> None:
        """Opens the page, or opens it anew."""
        self.page.goto(HOME)

    def _give(self, route: Any) -> None:
        name = route.request.url.removeprefix(HOME) or "index.html"
        path = self.folder / name
        if name.startswith("http") or not path.is_file():
            self.refused.append(name)
            return route.fulfill(status=404)
        kind = _TYPES.get(path.suffix, "application/octet-stream")
        return route.fulfill(body=path.read_bytes(), content_type=kind)

    def decode(self, texts: list[str], **search: Any) -> list[Translation]:
        """Translates; see `Translator.decode`."""
        prefix = search.get("prefix")
        prefixes = prefix if isinstance(prefix, list) else None
        if prefixes is not None:
            del search["prefix"]
        found = self.page.evaluate(_DECODE, [texts, search, prefixes])
        return [_translation(each) for each in found]


def _translation(found: dict[str, Any]) -> Translation:
    source_tokens = tuple(found["source_tokens"])
    return Translation(
        source=found["source"],
        source_tokens=source_tokens,
        hypotheses=tuple(
            _hypothesis(each, len(source_tokens)) for each in found["hypotheses"]
        ),
    )


def _hypothesis(found: dict[str, Any], source_length: int) -> Hypothesis:
    score, attention, count = found["score"], found["attention"], len(found["tokens"])
    return Hypothesis(
        text=found["text"],
        tokens=tuple(found["tokens"]),
        score=-np.inf if score is None else score,
        token_probabilities=np.array(found["token_probabilities"]),
        attention=None
        if attention is None
        else np.array(attention).reshape(count, source_length),
        ended=found["ended"],
    )


@contextlib.contextmanager
def in_browser(folder: str) -> Iterator[PageTranslator]:
    """The page of a folder in Debian's Chromium."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as running:
        browser = running.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        yield PageTranslator(browser.new_page(), pathlib.Path(folder))
        browser.close()
