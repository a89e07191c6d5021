"""Runs the tutorials and writes their notebooks: `make notebooks`.

    python notebooks/run.py                    # all of them, English and Korean
    python notebooks/run.py 01_first_translation 07_korean

A tutorial is one Python file (jupytext, py:percent), code once and prose in both
languages, each prose cell marked with its own: `# %% [markdown] lang="ko"`. It is run
once, from top to bottom; out come `NAME.ipynb` with the English prose and
`ko/NAME.ipynb` with the Korean, written only if nothing went wrong. With
SEQ2SEQ_KERAS_FAST=1 sizes are tiny, which is for tests: write to another folder then,
by `--output`.
"""

import argparse
import pathlib
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


def edition(tutorial: NotebookNode, language: str) -> NotebookNode:
    """All code of a tutorial, and the prose of one language alone."""
    cells = [
        NotebookNode(cell, metadata=NotebookNode())
        for cell in tutorial.cells
        if cell.cell_type == "code" or cell.metadata["lang"] == language
    ]
    for number, cell in enumerate(cells):
        # Else they are random, and each run a difference in every cell.
        cell.id = f"cell-{number:02d}"
    return NotebookNode(tutorial, cells=cells)


def run_tutorial(name: str) -> NotebookNode:
    """Runs a tutorial from top to bottom in a kernel of its own, and keeps its outputs.

    It must not fail, nor write to stderr, as warnings do.
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
    outputs = [output for cell in tutorial.cells for output in cell.get("outputs", ())]
    written = "".join(o.text for o in outputs if o.get("name") == "stderr")
    if warnings := warnings_in(written):
        raise RuntimeError(f"{name}: a tutorial is free of warnings.\n{warnings}")
    return tutorial


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
        nbformat.write(edition(tutorial, language), beside)
        beside.replace(path)


def main() -> None:
    """Does what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", help="Tutorials; all of them by default.")
    parser.add_argument(
        "--output", type=pathlib.Path, default=FOLDER, help="Another folder for .ipynb."
    )
    options = parser.parse_args()
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
