"""Runs the tutorials and writes their .ipynb: `make notebooks`.

    python notebooks/run.py                    # all of them, English and Korean
    python notebooks/run.py 01_first_translation ko/07_korean

A tutorial is a Python file (jupytext, py:percent); its .ipynb is what comes out when
it is run from top to bottom, and is written only if nothing went wrong. With
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

FOLDER = pathlib.Path(__file__).resolve().parent
# A cell that takes longer than this hangs.
_CELL_SECONDS = 1200


def tutorial_names():
    """Paths of all tutorials in this folder, without their ending."""
    paths = sorted(FOLDER.glob("[0-9]*.py")) + sorted(FOLDER.glob("ko/[0-9]*.py"))
    return [path.relative_to(FOLDER).with_suffix("").as_posix() for path in paths]


def read_tutorial(name):
    """The notebook that a Python file is the source of, without outputs.

    Args:
        name: One of `tutorial_names()`.

    Returns:
        A notebook of nbformat.
    """
    notebook = jupytext.read(FOLDER / f"{name}.py")
    notebook.metadata.pop("jupytext", None)
    for number, cell in enumerate(notebook.cells):
        # Else they are random, and each run a difference in every cell.
        cell.id = f"cell-{number:02d}"
    return notebook


def run_tutorial(name):
    """Runs a tutorial from top to bottom in a kernel of its own.

    Args:
        name: One of `tutorial_names()`.

    Returns:
        The notebook with its outputs.

    Raises:
        RuntimeError: If a cell fails, or writes to stderr as warnings do.
    """
    notebook = read_tutorial(name)
    client = nbclient.NotebookClient(
        notebook,
        timeout=_CELL_SECONDS,
        kernel_name="python3",
        record_timing=False,
        resources={"metadata": {"path": str((FOLDER / name).parent)}},
    )
    try:
        client.execute()
    except CellExecutionError as error:
        raise RuntimeError(f"{name}: a cell failed.\n{error}") from None
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    written = "".join(o.text for o in outputs if o.get("name") == "stderr")
    if warnings := warnings_in(written):
        raise RuntimeError(f"{name}: a tutorial is free of warnings.\n{warnings}")
    return notebook


def warnings_in(written):
    """What was written to stderr, but for the note that data are fetched."""
    lines = written.splitlines()
    return "\n".join(line for line in lines if not line.startswith("Fetching "))


def main():
    """Does what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", help="Tutorials; all of them by default.")
    parser.add_argument("--output", default=FOLDER, help="Another folder for .ipynb.")
    options = parser.parse_args()
    started = time.perf_counter()
    for name in options.names or tutorial_names():
        begun = time.perf_counter()
        try:
            notebook = run_tutorial(name)
        except RuntimeError as error:
            sys.exit(str(error))
        path = pathlib.Path(options.output, f"{name}.ipynb")
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_suffix(".new")
        nbformat.write(notebook, beside)
        beside.replace(path)
        seconds, size = time.perf_counter() - begun, path.stat().st_size / 1000
        print(f"{name:<45} {seconds:5.0f} s {size:5.0f} kB", flush=True)
    print(f"{'together':<45} {time.perf_counter() - started:5.0f} s")


if __name__ == "__main__":
    main()
