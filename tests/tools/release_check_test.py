"""Tests of tools/release_check.py, without building anything."""

import ast
import re

import pytest

import seq2seq_keras
from tools import release_check


def test_the_version_is_read_without_importing_the_package():
    assert release_check.version() == seq2seq_keras.__version__


def test_the_first_script_is_the_one_that_trains_and_saves():
    readme = (release_check.ROOT / "README.md").read_text(encoding="utf-8")
    script = release_check.first_script(readme)
    ast.parse(script)
    assert script.startswith("import seq2seq_keras")
    assert re.search(r"^translator\.save\(", script, re.MULTILINE)


def test_other_blocks_are_passed_over():
    readme = (
        "```bash\nls\n```\ntext\n```python\na = 1\n\nb = 2\n```\n```python\nc\n```\n"
    )
    assert release_check.first_script(readme) == "a = 1\n\nb = 2\n"


def test_changelog_and_citation_speak_of_this_version():
    release_check.check_documents(seq2seq_keras.__version__)


def test_a_version_that_nobody_wrote_of_is_refused():
    with pytest.raises(SystemExit, match=r"CHANGELOG\.md has no section for 9\.9\.9"):
        release_check.check_documents("9.9.9")


def test_a_step_that_fails_ends_the_check(capfd):
    with pytest.raises(SystemExit, match="release check failed: false"):
        release_check.run("false")
