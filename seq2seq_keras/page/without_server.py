"""The page with no server behind it, beside the graphs that it runs in the browser."""

import json
import pathlib
import shutil
from collections.abc import Iterator
from typing import Any

from seq2seq_keras.files import sha256, write_text
from seq2seq_keras.page.files import ALONE_FOLDER, PAGE_FOLDER, POLICY
from seq2seq_keras.page.onnxruntime_web import LIBRARY_FILES
from seq2seq_keras.page.option_records import option_records
from seq2seq_keras.page.text_rules import text_rules

_INDEX, _FOLDER = "index.html", "page"
_MODEL, _RULES = "model.json", "text.json"
# What a browser is asked for at most, as the server is: it has one thread, and no one
# to stop it.
_LIMITS = {"beam_width": 32, "n_best": 32, "max_length": 1000, "min_length": 1000}
_SAMPLING = ("sample", "temperature", "top_k", "top_p", "candidates")
# What is done with what a search has found, and what one graph has for all beams.
_ELSEWHERE = (
    *("decision", "utility", "posterior_scale"),
    *("beam_groups", "diversity_penalty"),
)
# Code is compiled, which is no script of a line within the page.
_POLICY = POLICY.replace("script-src", "script-src 'wasm-unsafe-eval'")
# For those who open the page without any server; first.js shows it.
_FROM_FILE = (
    '<p class="card trouble from-file">Browsers load no scripts of a page that is '
    "opened as a file. Serve its folder, by <code>python -m http.server</code> for "
    'one. <span lang="ko">파일로 연 페이지에서는 브라우저가 스크립트를 '
    "불러오지 않습니다. 폴더를 웹 서버로 열어 주세요.</span></p>"
)
# What differs in the page itself.
_CHANGES = {
    '<meta charset="utf-8">': '<meta charset="utf-8">\n<meta http-equiv='
    f'"Content-Security-Policy" content="{_POLICY}">',
    '<a href="docs" data-say="api">API of this server</a>': '<span data-say="alone">'
    "Translated in this browser: no text leaves it.</span>",
    "<noscript>": f"{_FROM_FILE}\n<noscript>",
}


def write_page(
    folder: pathlib.Path,
    *,
    name: str,
    defaults: dict[str, Any],
    library: dict[str, bytes],
    checked: tuple[str, ...],
) -> None:
    """Writes the page into a folder of graphs and tokenizers.

    Args:
        folder: The folder, which holds all else already.
        name: What the page calls the model.
        defaults: The values of the options of the search by name.
        library: What `read_onnxruntime_web` read.
        checked: Names of files of the folder that vouch for others, whose SHA-256 the
            page compares.
    """
    inside = folder / _FOLDER
    inside.mkdir()
    for path in _scripts():
        shutil.copyfile(path, inside / path.name)
    for file, content in library.items():
        (inside / file).write_bytes(content)
    _write_json(inside / _RULES, text_rules())
    html = (PAGE_FOLDER / _INDEX).read_text(encoding="utf-8")
    for before, after in _CHANGES.items():
        assert html.count(before) == 1, before
        html = html.replace(before, after)
    write_text(folder / _INDEX, html)
    parts = [*checked, *(f"{_FOLDER}/{each}" for each in (_RULES, *library))]
    model = {
        "name": name,
        "options": _options(defaults),
        "sha256": {part: sha256(folder / part) for part in parts},
    }
    _write_json(inside / _MODEL, model)


def _options(defaults: dict[str, Any]) -> list[dict[str, Any]]:
    left_out = (*_SAMPLING, *_ELSEWHERE)
    offered = {k: v for k, v in defaults.items() if k not in left_out}
    limits = {k: max(limit, offered[k]) for k, limit in _LIMITS.items()}
    return option_records(offered, limits)


def page_files() -> set[str]:
    """The places in a folder at which `write_page` writes, `page` among them."""
    names = [*(each.name for each in _scripts()), *LIBRARY_FILES, _MODEL, _RULES]
    return {_INDEX, _FOLDER, *(f"{_FOLDER}/{name}" for name in names)}


def _scripts() -> Iterator[pathlib.Path]:
    """The files that browsers are given as they are; those of this page come last."""
    for folder in (PAGE_FOLDER, ALONE_FOLDER):
        yield from (path for path in sorted(folder.iterdir()) if path.name != _INDEX)


def _write_json(path: pathlib.Path, content: Any) -> None:
    text = json.dumps(content, ensure_ascii=False, allow_nan=False)
    write_text(path, text + "\n")
