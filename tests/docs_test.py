"""Tests of the documentation, without building its site."""

import importlib
import importlib.util
import pathlib
import re
import textwrap

import pytest
import yaml

import seq2seq_keras
from seq2seq_keras import vectors

ROOT = pathlib.Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = sorted(path for path in DOCS.rglob("*.md"))
READMES = sorted(ROOT.glob("README*.md"))


def name_of(path):
    return path.relative_to(ROOT).as_posix()


def resolve(dotted):
    """What a `:::` line of a reference page stands for, a module as such."""
    parts = dotted.split(".")
    for count in range(len(parts), 0, -1):
        try:
            thing = importlib.import_module(".".join(parts[:count]))
        except ModuleNotFoundError:
            continue
        for name in parts[count:]:
            thing = getattr(thing, name)
        return thing
    raise AssertionError(f"There is no {dotted}.")


def entries(page):
    """The names that a reference page documents."""
    return re.findall(r"^::: (\S+)$", page.read_text(encoding="utf-8"), re.MULTILINE)


def in_navigation(part):
    """The pages below a part of the navigation of mkdocs.yml."""
    if isinstance(part, str):
        return [part]
    parts = part.values() if isinstance(part, dict) else part
    return [page for part in parts for page in in_navigation(part)]


def headings(page):
    """The anchors that the headings of a page have."""
    text = re.sub(r"^```.*?^```", "", page, flags=re.MULTILINE | re.DOTALL)
    titles = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    bare = (re.sub(r"[^\w\s-]", "", title).strip().lower() for title in titles)
    return {re.sub(r"[\s-]+", "-", title) for title in bare}


def test_every_public_name_stands_on_one_reference_page():
    documented = [
        id(resolve(dotted))
        for page in sorted((DOCS / "reference").glob("*.md"))
        for dotted in entries(page)
    ]
    public = {
        id(getattr(module, name)): name
        for module in (seq2seq_keras, vectors)
        for name in module.__all__
        if callable(getattr(module, name))
    }
    # Two names of one thing, such as `s2s.WordVectors`, are one entry.
    wrong = {
        name: n for key, name in public.items() if (n := documented.count(key)) != 1
    }
    assert not wrong, "These stand on no page, or more than once."


def test_no_entry_of_the_reference_is_repeated():
    documented = [dotted for page in PAGES for dotted in entries(page)]
    assert sorted(set(documented)) == sorted(documented)


def test_every_page_is_in_the_navigation_once():
    config = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))
    pages = [page.relative_to(DOCS).as_posix() for page in PAGES]
    assert sorted(in_navigation(config["nav"])) == pages


@pytest.mark.parametrize("path", [*PAGES, *READMES], ids=name_of)
def test_relative_links_lead_somewhere(path):
    text = path.read_text(encoding="utf-8")
    prose = re.sub(r"^```.*?^```|`[^`\n]+`", "", text, flags=re.MULTILINE | re.DOTALL)
    for link in re.findall(r"\]\(([^)\s]+)\)", prose):
        if re.match(r"[a-z]+:", link):
            continue
        name, _, anchor = link.partition("#")
        target = path.parent / name if name else path
        assert target.exists(), f"{link} leads nowhere"
        if anchor:
            assert anchor in headings(target.read_text(encoding="utf-8")), link


def test_every_promise_names_a_test_that_there_is():
    text = (DOCS / "what_can_go_wrong.md").read_text(encoding="utf-8")
    named = re.findall(r"`(tests/\S+\.py)::(\w+)`", text)
    assert len(named) > 30
    for file, name in named:
        source = (ROOT / file).read_text(encoding="utf-8")
        assert re.search(rf"^def {name}\(", source, re.MULTILINE), (file, name)


@pytest.mark.parametrize("path", sorted(DOCS.glob("*.md")), ids=name_of)
def test_python_blocks_compile(path):
    text = path.read_text(encoding="utf-8")
    for match in re.finditer(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        # Lines are counted from the top of the page in a message.
        above = "\n" * text.count("\n", 0, match.start(1))
        compile(above + textwrap.dedent(match[1]), str(path), "exec")


@pytest.mark.parametrize("path", sorted(DOCS.glob("*.md")), ids=name_of)
def test_what_python_blocks_call_is_there(path):
    text = path.read_text(encoding="utf-8")
    for block in re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        for name in re.findall(r"\bs2s\.(\w+)", block):
            assert hasattr(seq2seq_keras, name), name
        for name in re.findall(r"\bvectors\.(\w+)\(", block):
            assert hasattr(vectors, name), name


def test_docstrings_of_keras_become_those_that_mkdocstrings_reads():
    path = DOCS / "extensions" / "docstring_sections.py"
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    docstring = textwrap.dedent("""\
        Adds.

        Args:
            units: Integer.

        Call arguments:
            query: A tensor,
                of shape `(2,)`.
            key: Another.

        Returns:
            int32, shape `(2,)`: the sum.

        Example:

        >>> 1 + 1
        2

        Reference:
            - [A paper](https://arxiv.org/)
    """)
    assert module.google_style(docstring) == textwrap.dedent("""\
        Adds.

        Args:
            units: Integer.

        <span class="doc-section-title">Call arguments:</span>

        - **`query`** – A tensor,
            of shape `(2,)`.
        - **`key`** – Another.

        <span class="doc-section-title">Returns:</span>

        int32, shape `(2,)`: the sum.

        Examples:
            >>> 1 + 1
            2

        <span class="doc-section-title">Reference:</span>

        - [A paper](https://arxiv.org/)

    """)
