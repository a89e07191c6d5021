"""Runs the tutorials and writes their notebooks: `make notebooks`.

    python notebooks/run.py                    # all of them, English and Korean
    python notebooks/run.py 01_first_translation 07_korean

A tutorial is one Python file (jupytext, py:percent), code once and prose in both
languages, each prose cell marked with its own: `# %% [markdown] lang="ko"`. It is run
once, from top to bottom; out come `NAME.ipynb` with the English prose and
`ko/NAME.ipynb` with the Korean, each with links to its neighbours.

They are written only if nothing went wrong: no cell failed, none wrote a warning, and
no built-in corpus stood in for a public one. Nothing in them depends on what the
machine had already: lines "Fetching ..." and addresses of objects are left out.

With SEQ2SEQ_KERAS_FAST=1 sizes are tiny and a built-in corpus will do. That is for
tests, and needs another folder to write to, by `--output`.
"""

import argparse
import functools
import os
import pathlib
import re
import sys
import time

import jupytext
import nbclient
import nbformat
from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode

FOLDER = pathlib.Path(__file__).resolve().parent
# The languages of the prose, and in which folder the notebooks of each are.
EDITIONS = {"en": ".", "ko": "ko"}
# What links to other notebooks are called: previous, next, and the edition itself.
_LINKS = {"en": ("Previous", "Next", "English"), "ko": ("이전", "다음", "한국어")}
# What `load_corpus` says of its `fallback`.
_STAND_IN = ", which is built in, in place of "
# What TensorFlow logs where somebody looks on, as in a notebook.
_LOGGED = re.compile(r"^(?:WARNING|ERROR):tensorflow:.*", re.MULTILINE)
# The representation of an object that has none of its own.
_ADDRESS = re.compile(r"<[\w.]+(?: object)? at 0x[0-9a-f]+>")
# A cell, or the start of a kernel, that takes longer than this hangs.
_CELL_SECONDS = 1200


def tutorial_names() -> list[str]:
    """Names of all tutorials, which are their files without the ending."""
    return sorted(path.stem for path in FOLDER.glob("[0-9]*.py"))


def read_tutorial(name: str) -> NotebookNode:
    """A tutorial with its prose in all languages, without outputs."""
    notebook = jupytext.read(FOLDER / f"{name}.py")
    notebook.metadata = NotebookNode(
        kernelspec={"display_name": "Python 3", "language": "python", "name": "python3"}
    )
    return notebook


def edition(tutorial: NotebookNode, name: str, language: str) -> NotebookNode:
    """All code of a tutorial, and the prose of one language alone, with its links."""
    cells = [
        NotebookNode(cell, metadata=NotebookNode())
        for cell in tutorial.cells
        if cell.cell_type == "code" or cell.metadata["lang"] == language
    ]
    cells[0].source += f"\n\n{links(name, language)}"
    for number, cell in enumerate(cells):
        # Else they are random, and each run a difference in every cell.
        cell.id = f"cell-{number:02d}"
    return NotebookNode(tutorial, cells=cells)


def links(name: str, language: str) -> str:
    """One line: the tutorials before and after, and this one in other languages."""
    names = tutorial_names()
    place = names.index(name)
    parts = []
    for word, near in zip(_LINKS[language], (place - 1, place + 1), strict=False):
        if 0 <= near < len(names):
            title = _title(names[near], language)
            parts.append(f"{word}: [{title}]({names[near]}.ipynb)")
    for other, folder in EDITIONS.items():
        if other != language:
            way = os.path.relpath(folder, EDITIONS[language])
            parts.append(f"[{_LINKS[other][-1]}]({way}/{name}.ipynb)")
    return " | ".join(parts)


@functools.cache
def _title(name: str, language: str) -> str:
    """The heading that a tutorial begins with."""
    first = next(c for c in read_tutorial(name).cells if c.metadata["lang"] == language)
    return first.source.splitlines()[0].removeprefix("# ")


def run_tutorial(name: str) -> NotebookNode:
    """Runs a tutorial from top to bottom in a kernel of its own.

    Returns it with its outputs, if they can be published.
    """
    tutorial = read_tutorial(name)
    client = nbclient.NotebookClient(
        tutorial,
        timeout=_CELL_SECONDS,
        startup_timeout=_CELL_SECONDS,
        kernel_name="python3",
        record_timing=False,
        resources={"metadata": {"path": str(FOLDER)}},
    )
    try:
        client.execute()
    except CellExecutionError as error:
        raise RuntimeError(f"{name}: a cell failed.\n{error}") from None
    return published(tutorial, name)


def published(tutorial: NotebookNode, name: str) -> NotebookNode:
    """A tutorial that has run, with no output that depends on the machine."""
    code = [cell for cell in tutorial.cells if cell.cell_type == "code"]
    outputs = [output for cell in code for output in cell.outputs]
    printed, written = (
        "".join(output.text for output in outputs if output.get("name") == stream)
        for stream in ("stdout", "stderr")
    )
    if warnings := warnings_in(written) or "\n".join(_LOGGED.findall(printed)):
        raise RuntimeError(f"{name}: a tutorial is free of warnings.\n{warnings}")
    stand_ins = [line for line in printed.splitlines() if _STAND_IN in line]
    if stand_ins and not _is_fast():
        raise RuntimeError(
            f"{name}: a tutorial is published with its own corpus.\n{stand_ins[0]}"
        )
    for cell in code:
        # What is left on stderr are notes that data are fetched.
        cell.outputs = [o for o in cell.outputs if o.get("name") != "stderr"]
        for data in (output.get("data", {}) for output in cell.outputs):
            if "text/html" in data and _ADDRESS.fullmatch(data.get("text/plain", "")):
                del data["text/plain"]
    return tutorial


def _is_fast() -> bool:
    return bool(os.environ.get("SEQ2SEQ_KERAS_FAST"))


def warnings_in(written: str) -> str:
    """What was written to stderr, but for the note that data are fetched."""
    lines = written.splitlines()
    return "\n".join(line for line in lines if not line.startswith("Fetching "))


def write_editions(tutorial: NotebookNode, name: str, folder: pathlib.Path) -> None:
    """Writes a tutorial's notebooks, one for each language, below a folder."""
    for language, place in EDITIONS.items():
        path = folder / place / f"{name}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_suffix(".new")
        nbformat.write(edition(tutorial, name, language), beside)
        beside.replace(path)


def main() -> None:
    """Does what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", help="Tutorials; all of them by default.")
    parser.add_argument(
        "--output", type=pathlib.Path, default=FOLDER, help="Another folder for .ipynb."
    )
    options = parser.parse_args()
    if _is_fast() and options.output.resolve() == FOLDER:
        sys.exit("SEQ2SEQ_KERAS_FAST=1 is for tests: name another folder by --output.")
    started = time.perf_counter()
    for name in options.names or tutorial_names():
        begun = time.perf_counter()
        try:
            write_editions(run_tutorial(name), name, options.output)
        except RuntimeError as error:
            sys.exit(str(error))
        print(f"{name:<40} {time.perf_counter() - begun:5.0f} s", flush=True)
    print(f"{'together':<40} {time.perf_counter() - started:5.0f} s")


if __name__ == "__main__":
    main()
