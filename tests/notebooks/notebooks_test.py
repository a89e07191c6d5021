"""Tests of notebooks/: they run, their .ipynb are in step, both editions agree."""

import ast
import importlib.util
import io
import pathlib
import re
import tempfile

import IPython.display
import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pandas as pd
import pytest

FOLDER = pathlib.Path(__file__).parents[2] / "notebooks"
_spec = importlib.util.spec_from_file_location("run_notebooks", FOLDER / "run.py")
run = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(run)

NAMES = run.tutorial_names()
ENGLISH = [name for name in NAMES if not name.startswith("ko/")]
# What may be written in another language.
LABELS = {"title", "xlabel", "ylabel", "zlabel", "label", "labels", "t"}


@pytest.fixture
def fast(monkeypatch):
    """Tiny sizes, and the built-in corpus in place of public data."""
    monkeypatch.setenv("SEQ2SEQ_KERAS_FAST", "1")
    monkeypatch.delenv("SEQ2SEQ_KERAS_DATA", raising=False)
    # Never a download.
    for scheme in ("http", "https"):
        monkeypatch.setenv(f"{scheme}_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "")


@pytest.mark.parametrize(
    "name",
    [ENGLISH[0], *(pytest.param(name, marks=pytest.mark.slow) for name in ENGLISH[1:])],
)
def test_a_tutorial_runs_in_a_kernel_without_warnings(name, fast):
    cells = [cell for cell in run.run_tutorial(name).cells if cell.cell_type == "code"]
    assert any(cell.outputs for cell in cells)


@pytest.fixture
def shown(monkeypatch, tmp_path):
    """What cells show, drawn as Jupyter draws it; and nothing of theirs is left."""
    things = []

    def show(*figures):
        for thing in figures:
            if hasattr(thing, "savefig"):
                thing.savefig(io.BytesIO(), format="png")
            elif hasattr(thing, "_repr_html_"):
                thing._repr_html_()
            things.append(thing)

    def show_all():
        show(*map(plt.figure, plt.get_fignums()))
        plt.close("all")

    monkeypatch.setattr(IPython.display, "display", show)
    monkeypatch.setattr(plt, "show", show_all)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.chdir(FOLDER)
    backend, width = plt.get_backend(), pd.get_option("display.max_colwidth")
    with plt.rc_context(), np.printoptions():
        yield things
    pd.set_option("display.max_colwidth", width)
    plt.close("all")
    plt.switch_backend(backend)


@pytest.mark.parametrize("name", ENGLISH)
def test_the_cells_of_a_tutorial_run(name, fast, shown, capsys):
    """Here and not in a kernel, which would take longer to start than to run."""
    names = {"__name__": "__main__"}
    for number, cell in enumerate(run.read_tutorial(name).cells):
        if cell.cell_type == "code":
            exec(compile(cell.source, f"{name}, cell {number}", "exec"), names)
    assert any(hasattr(thing, "savefig") for thing in shown)
    assert not run.warnings_in(capsys.readouterr().err)


@pytest.mark.parametrize("name", NAMES)
def test_the_ipynb_is_its_source_run_from_top_to_bottom(name):
    path = FOLDER / f"{name}.ipynb"
    assert path.exists(), "it has not been run yet: make notebooks"
    assert path.stat().st_size < 400_000
    written = nbformat.read(path, as_version=4)
    source = run.read_tutorial(name)
    assert [(cell.cell_type, cell.source) for cell in written.cells] == [
        (cell.cell_type, cell.source) for cell in source.cells
    ], f"out of step: run `make notebooks` or `python notebooks/run.py {name}`"
    assert len(written.cells) <= 30
    code = [cell for cell in written.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    outputs = [output for cell in code for output in cell.outputs]
    kinds = {output.output_type for output in outputs}
    assert "error" not in kinds
    assert any("image/png" in output.get("data", {}) for output in outputs)
    assert not any(output.get("name") == "stderr" for output in outputs)
    assert "Glyph" not in str(outputs)


@pytest.mark.parametrize("name", ENGLISH)
def test_both_editions_have_the_same_code(name):
    english, korean = (
        [_code(cell) for cell in run.read_tutorial(edition).cells]
        for edition in (name, f"ko/{name}")
    )
    assert english == korean


@pytest.mark.parametrize("name", NAMES)
def test_the_first_cell_introduces_and_the_last_gives_things_to_try(name):
    first, *_, last = run.read_tutorial(name).cells
    assert first.source.startswith("# ")
    assert "https://" in first.source  # the paper it follows
    assert last.cell_type == "markdown"
    assert len(re.findall(r"^(?:\d\.|-|\*) ", last.source, flags=re.MULTILINE)) >= 3


@pytest.mark.parametrize("name", NAMES)
def test_the_korean_edition_is_korean(name):
    prose = "".join(
        cell.source
        for cell in run.read_tutorial(name).cells
        if cell.cell_type == "markdown"
    )
    hangul = len(re.findall("[가-힣]", prose)) / len(re.findall(r"\w", prose))
    assert hangul > 0.4 if name.startswith("ko/") else hangul < 0.1


def _code(cell):
    """A cell's code without comments and labels of plots; the kind of other cells."""
    if cell.cell_type != "code":
        return cell.cell_type
    tree = ast.parse(cell.source)
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg in LABELS:
            for part in ast.walk(node.value):
                if isinstance(part, ast.Constant) and isinstance(part.value, str):
                    part.value = ""
    return ast.dump(tree)
