"""Tests of what reaches a terminal, a pipe and a shell."""

import ast
import io
import pathlib
import subprocess
import sys

import pytest

from seq2seq_keras.terminal import (
    escaped,
    is_terminal,
    quoted,
    quoted_path,
    say,
    show,
    write_result,
)

PACKAGE = pathlib.Path(__file__).parents[1] / "seq2seq_keras"
# Sets the title of a window; an 8-bit control; turned-around text; a lone surrogate.
DANGEROUS = ["\x1b]0;title\x07", "\x9b2J", "\u202egnp.exe", "a\rb", "\x08", "\udcff"]


class Stream(io.TextIOWrapper):
    """Standard output as bytes, of a terminal or not."""

    def __init__(self, *, terminal=False, encoding="utf-8"):
        super().__init__(io.BytesIO(), encoding=encoding, write_through=True)
        self.terminal = terminal

    def isatty(self):
        return self.terminal

    def written(self):
        self.flush()
        return self.buffer.getvalue()


class FullDisk(io.StringIO):
    """Takes what fits a buffer, and then nothing."""

    def flush(self):
        raise OSError(28, "No space left on device")


@pytest.mark.parametrize("text", DANGEROUS)
def test_what_a_terminal_obeys_is_spelled_out(text):
    assert escaped(text).isprintable()
    # As JSON reads it, which is also how Python does.
    assert ast.literal_eval(f'"{escaped(text)}"') == text


@pytest.mark.parametrize(
    "text", ["d'où ?\tça\n", "한국어", "👩‍👧 𝕏", "שלום", "\\u001b"]
)
def test_text_stays_as_it_is(text):
    assert escaped(text) == text


@pytest.mark.parametrize("text", DANGEROUS)
@pytest.mark.parametrize("write", [show, write_result])
def test_a_terminal_gets_it_spelled_out_and_a_pipe_as_it_is(monkeypatch, write, text):
    terminal, pipe = Stream(terminal=True), Stream()
    for stream in (terminal, pipe):
        monkeypatch.setattr(sys, "stdout", stream)
        write(text)
    assert terminal.written().decode() == escaped(text) + "\n"
    expected = text.encode("utf-8", "backslashreplace") + b"\n"
    assert pipe.written() == expected


def test_standard_error_is_one_line_without_controls_wherever_it_goes(monkeypatch):
    stream = Stream()
    monkeypatch.setattr(sys, "stderr", stream)
    say("two\nlines \x1b[31mred")
    assert stream.written() == b"two lines \\u001b[31mred\n"


def test_what_cannot_be_shown_is_spelled_out(monkeypatch):
    stream = Stream(encoding="ascii")
    monkeypatch.setattr(sys, "stdout", stream)
    show("où 한")
    assert stream.written() == b"o\\xf9 \\ud55c\n"


def test_results_are_utf8_whatever_the_locale(monkeypatch):
    stream = Stream(encoding="ascii")
    monkeypatch.setattr(sys, "stdout", stream)
    write_result("où")
    assert stream.written().decode() == "où\n"


def test_a_broken_standard_error_breaks_nothing(monkeypatch):
    closed = io.StringIO()
    closed.close()
    for stream in (FullDisk(), closed, None):
        monkeypatch.setattr(sys, "stderr", stream)
        say("a line")


def test_what_is_meant_for_a_closed_standard_error_goes_nowhere(monkeypatch, capsys):
    monkeypatch.setattr(sys, "stderr", None)
    say("a line")
    assert capsys.readouterr().out == ""


def test_the_error_of_a_full_disk_says_where(monkeypatch):
    monkeypatch.setattr(sys, "stdout", FullDisk())
    with pytest.raises(OSError, match="standard output"):
        show("a line")


def test_a_closed_stream_is_no_terminal(monkeypatch):
    assert not is_terminal(None)
    monkeypatch.setattr(sys, "stdout", None)
    show("a line")
    write_result("a line")


WORDS = ["my model", "a'b", "$(touch x)", "; ls", "", "--x", "*", "é", "a\x1b\nb\\'"]


@pytest.mark.parametrize("word", [*WORDS, "\udcff"])
def test_a_shell_reads_the_word_that_was_quoted(word):
    assert escaped(quoted(word)) == quoted(word)
    command = ["bash", "-c", f"printf '%s' {quoted(word)}"]
    done = subprocess.run(command, capture_output=True, check=True)
    assert done.stdout == word.encode("utf-8", "surrogateescape")


def test_a_path_is_not_taken_for_an_option():
    assert quoted_path("-model") == "./-model"
    assert quoted_path(pathlib.Path("my model")) == "'my model'"


def test_everything_that_is_written_goes_this_way():
    """So that what is printed tomorrow is escaped too."""
    offenders = []
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            called = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
            if called == "print" or called.startswith(
                ("sys.stdout.", "sys.stderr.", "sys.__std")
            ):
                offenders.append(f"{path.relative_to(PACKAGE)}:{node.lineno} {called}")
    allowed = ("terminal.py", "startup.py")  # that has TensorFlow's notes in hand
    assert not [o for o in offenders if not o.startswith(allowed)]
