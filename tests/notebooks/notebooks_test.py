"""Tests of notebooks/: they run, their .ipynb are in step, each in its language."""

import importlib.util
import io
import pathlib
import re
import tempfile

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

FOLDER = pathlib.Path(__file__).parents[2] / "notebooks"
NAMES = sorted(path.stem for path in FOLDER.glob("[0-9]*.py"))
EDITIONS = [
    pytest.param(name, language, id=f"{name}-{language}")
    for language in ("en", "ko")
    for name in NAMES
]


@pytest.fixture(scope="module")
def run():
    """notebooks/run.py, which imports Jupyter: seconds, so only where it is used."""
    spec = importlib.util.spec_from_file_location("run_notebooks", FOLDER / "run.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def read(run):
    """A function that reads the notebook of a tutorial in a language."""

    def read_notebook(name, language, folder=FOLDER):
        path = folder / run.EDITIONS[language] / f"{name}.ipynb"
        return run.nbformat.read(path, as_version=4)

    return read_notebook


# These run by `make test-slow`: what they show is tested elsewhere too. The first one
# runs in a kernel anyway.
LONGEST = ("01", "07", "08", "09")


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
    [NAMES[0], *(pytest.param(name, marks=pytest.mark.slow) for name in NAMES[1:])],
)
def test_a_tutorial_runs_in_a_kernel_without_warnings(name, fast, run, read, tmp_path):
    run.write_editions(run.run_tutorial(name), name, tmp_path)
    english, korean = (read(name, language, tmp_path) for language in ("en", "ko"))
    assert any(cell.outputs for cell in _code(english))
    assert _code(english) == _code(korean)


@pytest.fixture
def shown(monkeypatch, tmp_path):
    """What cells show, drawn as Jupyter draws it; and nothing of theirs is left."""
    import IPython.display

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


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=pytest.mark.slow) if name[:2] in LONGEST else name
        for name in NAMES
    ],
)
def test_the_cells_of_a_tutorial_run(name, fast, eager, run, shown, capsys):
    """Here and not in a kernel, which would take longer to start than to run."""
    names = {"__name__": "__main__"}
    for number, cell in enumerate(run.read_tutorial(name).cells):
        if cell.cell_type == "code":
            exec(compile(cell.source, f"{name}, cell {number}", "exec"), names)
    assert any(hasattr(thing, "savefig") for thing in shown)
    assert not run.warnings_in(capsys.readouterr().err)


@pytest.mark.parametrize(("name", "language"), EDITIONS)
def test_the_ipynb_is_its_source_run_from_top_to_bottom(name, language, run, read):
    path = FOLDER / run.EDITIONS[language] / f"{name}.ipynb"
    assert path.exists(), "it has not been run yet: make notebooks"
    assert path.stat().st_size < 400_000
    written = read(name, language)
    source = run.edition(run.read_tutorial(name), name, language)
    assert [(cell.cell_type, cell.source) for cell in written.cells] == [
        (cell.cell_type, cell.source) for cell in source.cells
    ], f"out of step: run `make notebooks` or `python notebooks/run.py {name}`"
    assert len(written.cells) <= 30
    code = _code(written)
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    outputs = [output for cell in code for output in cell.outputs]
    kinds = {output.output_type for output in outputs}
    assert "error" not in kinds
    assert any("image/png" in output.get("data", {}) for output in outputs)
    assert not any(output.get("name") == "stderr" for output in outputs)
    assert "Glyph" not in str(outputs)


@pytest.mark.parametrize("name", NAMES)
def test_both_editions_come_from_one_run(name, read):
    english, korean = (read(name, language) for language in ("en", "ko"))
    assert _code(english) == _code(korean)


def test_no_ipynb_is_without_its_source(run):
    assert run.tutorial_names() == NAMES
    written = {path.relative_to(FOLDER) for path in FOLDER.rglob("*.ipynb")}
    assert written == {
        pathlib.Path(place, f"{name}.ipynb")
        for place in run.EDITIONS.values()
        for name in NAMES
    }


@pytest.mark.parametrize("name", NAMES)
def test_what_one_language_says_the_other_says_beside_it(name, run):
    """Heading for heading, link for link and step for step."""
    prose = [c for c in run.read_tutorial(name).cells if c.cell_type == "markdown"]
    assert [cell.metadata.get("lang") for cell in prose] == list(run.EDITIONS) * (
        len(prose) // 2
    )
    for english, korean in zip(prose[::2], prose[1::2], strict=True):
        for part in (r"^#+ ", r"https://[^)]+", r"^(?:\d\.|-) ", r"^```", r"^\$\$"):
            found, expected = (
                re.findall(part, cell.source, flags=re.MULTILINE)
                for cell in (korean, english)
            )
            assert found == expected, korean.source


@pytest.mark.parametrize(("name", "language"), EDITIONS)
def test_the_first_cell_introduces_and_the_last_gives_things_to_try(
    name, language, run
):
    first, *_, last = run.edition(run.read_tutorial(name), name, language).cells
    assert first.source.startswith("# ")
    assert "https://" in first.source  # the paper it follows
    assert last.cell_type == "markdown"
    assert len(re.findall(r"^(?:\d\.|-|\*) ", last.source, flags=re.MULTILINE)) >= 3


@pytest.mark.parametrize(("name", "language"), EDITIONS)
def test_prose_is_in_its_language(name, language, run):
    cells = run.edition(run.read_tutorial(name), name, language).cells
    prose = "".join(cell.source for cell in cells if cell.cell_type == "markdown")
    hangul = len(re.findall("[가-힣]", prose)) / len(re.findall(r"\w", prose))
    assert hangul > 0.4 if language == "ko" else hangul < 0.1


@pytest.mark.parametrize(("name", "language"), EDITIONS)
def test_the_first_cell_leads_to_the_neighbours_and_to_the_other_language(
    name, language, run
):
    first = run.edition(run.read_tutorial(name), name, language).cells[0]
    folder = FOLDER / run.EDITIONS[language]
    found = re.findall(r"\[([^]]+)\]\(([^)]+\.ipynb)\)", first.source)
    (other,) = {"en", "ko"} - {language}
    place = NAMES.index(name)
    assert [(folder / path).resolve() for _, path in found] == [
        *(folder / f"{near}.ipynb" for near in NAMES[max(place - 1, 0) : place]),
        *(folder / f"{near}.ipynb" for near in NAMES[place + 1 : place + 2]),
        FOLDER / run.EDITIONS[other] / f"{name}.ipynb",
    ]
    numbers = [int(title.split(" · ")[0]) for title, _ in found[:-1]]
    assert numbers == [n for n in (place, place + 2) if 1 <= n <= len(NAMES)]


def _after_a_run(run, **outputs):
    """A tutorial whose only cell has put that out, by the names of streams."""
    v4 = run.nbformat.v4
    cell = v4.new_code_cell(
        outputs=[v4.new_output("stream", name=n, text=t) for n, t in outputs.items()]
    )
    return v4.new_notebook(cells=[cell])


def test_what_was_fetched_on_the_way_is_not_published(run):
    fetched = "Fetching multi30k/train.en from example.org\n"
    tutorial = run.published(_after_a_run(run, stdout="a\n", stderr=fetched * 2), "01")
    assert [output.text for output in tutorial.cells[0].outputs] == ["a\n"]
    with pytest.raises(RuntimeError, match=r"^01: .*warnings\.\nUserWarning: mind$"):
        run.published(_after_a_run(run, stderr=f"{fetched}UserWarning: mind"), "01")
    logged = "a\nWARNING:tensorflow:mind\nb\n"
    with pytest.raises(RuntimeError, match=r"^01: .*\.\nWARNING:tensorflow:mind$"):
        run.published(_after_a_run(run, stdout=logged), "01")


def test_a_corpus_that_stands_in_for_another_is_not_published(run, monkeypatch, capsys):
    from seq2seq_keras import InputError, load_corpus

    def offline(*_):
        raise InputError("example.org cannot be reached.")

    monkeypatch.setattr("seq2seq_keras.data.corpora._load_tatoeba", offline)
    monkeypatch.delenv("SEQ2SEQ_KERAS_FAST", raising=False)
    load_corpus("tatoeba/eng-fra", fallback="copy")
    tutorial = _after_a_run(run, stdout=f"a\n{capsys.readouterr().out}b\n")
    with pytest.raises(RuntimeError, match=r"^03: .*\.\ncopy, which .*reached\.$"):
        run.published(tutorial, "03")
    monkeypatch.setenv("SEQ2SEQ_KERAS_FAST", "1")
    assert run.published(tutorial, "03") is tutorial


def test_tiny_notebooks_do_not_take_the_place_of_the_published(run, monkeypatch):
    monkeypatch.setenv("SEQ2SEQ_KERAS_FAST", "1")
    monkeypatch.setattr("sys.argv", ["run.py", NAMES[0]])
    monkeypatch.setattr(run, "run_tutorial", lambda name: pytest.fail("it was run"))
    with pytest.raises(SystemExit, match=r"^SEQ2SEQ_KERAS_FAST=1 .*--output\.$"):
        run.main()


def test_addresses_of_objects_are_not_published_where_there_is_more_to_see(run):
    v4 = run.nbformat.v4
    styler = "<pandas.io.formats.style.Styler at 0x7f524321c950>"
    table = {"text/html": "<table></table>"}
    shown = [table | {"text/plain": styler}, table | {"text/plain": "a table"}]
    tutorial = _after_a_run(run)
    tutorial.cells[0].outputs = [v4.new_output("display_data", data) for data in shown]
    cell = run.published(tutorial, "08").cells[0]
    assert [dict(output.data) for output in cell.outputs] == [table, shown[1]]


def _code(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]
