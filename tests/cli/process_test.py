"""Tests of the process: its streams and its exit status. One way out, one line."""

import io
import os
import subprocess
import sys
import types

import pytest

from seq2seq_keras.cli import main
from seq2seq_keras.errors import InputError
from seq2seq_keras.stopping import StopSignals, stop

COMMANDS = "seq2seq_keras.cli.commands"
ERROR = "seq2seq-keras: error: "
NO_SPACE = f"{ERROR}standard output: No space left on device\n"
CLOSED = f"{ERROR}Standard output is closed. Send it to /dev/null instead.\n"


@pytest.fixture
def command(monkeypatch):
    """Has `main` run a function in place of a command."""

    def replace(body):
        stand_in = types.SimpleNamespace(run_command=lambda arguments: body())
        monkeypatch.setitem(sys.modules, COMMANDS, stand_in)

    return replace


def fails_with(error):
    def body():
        raise error

    return body


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (OSError(28, "No space left on device", "a b"), "a b: No space left on device"),
        (PermissionError(13, "Permission denied"), "Permission denied"),
        (IsADirectoryError("x is a folder."), "x is a folder."),
        (
            OSError(5, "Input/output error", "\x1b[31m"),
            "\\u001b[31m: Input/output error",
        ),
    ],
)
def test_an_error_of_the_system_is_one_line(command, capsys, error, line):
    command(fails_with(error))
    assert main([]) == 2
    assert capsys.readouterr() == ("", f"seq2seq-keras: error: {line}\n")


def test_what_is_no_unicode_is_one_line(command, capsys):
    command(lambda: "a\udcff".encode())
    assert main([]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "'\\udcff'" in line
    assert "utf-8" in line


@pytest.mark.parametrize(
    ("number", "status", "said"),
    [(2, 130, "interrupted"), (15, 143, "terminated"), (1, 129, "hung up")],
)
def test_a_signal_is_one_line_and_a_status(command, capsys, number, status, said):
    command(lambda: stop(number))
    assert main([]) == status
    assert capsys.readouterr() == ("", f"seq2seq-keras: {said}\n")


@pytest.mark.parametrize("number", [2, 15])
def test_what_a_training_has_said_of_it_is_enough(command, capsys, number):
    def training():
        with StopSignals("Go on with this."):
            os.kill(os.getpid(), number)
            pytest.fail("it went on")

    command(training)
    assert main([]) == 128 + number
    assert capsys.readouterr() == ("", "Go on with this.\n")


@pytest.mark.parametrize("error", [ImportError("no optree"), InputError("no mecab")])
def test_a_signal_is_one_line_whatever_a_library_makes_of_it(command, capsys, error):
    def interrupted():
        try:
            stop(2)
        except KeyboardInterrupt:
            raise error from None

    command(interrupted)
    assert main([]) == 130
    assert capsys.readouterr() == ("", "seq2seq-keras: interrupted\n")


def test_a_signal_of_the_command_before_is_forgotten(command, capsys):
    command(lambda: stop(15))
    main([])
    command(fails_with(InputError("wrong")))
    assert main([]) == 2


def test_a_reader_who_has_gone_is_no_success(command, capsys):
    command(fails_with(BrokenPipeError(32, "Broken pipe")))
    assert main([]) == 141
    assert capsys.readouterr() == ("", "")


class FullDisk(io.StringIO):
    """Standard output that takes what fits a buffer, and then nothing."""

    def flush(self):
        raise OSError(28, "No space left on device")


def test_a_full_disk_is_seen_by_the_time_a_command_ends(command, monkeypatch, capsys):
    monkeypatch.setattr(sys, "stdout", FullDisk())
    command(lambda: sys.stdout.write("held in a buffer"))
    assert main([]) == 2
    assert capsys.readouterr().err == NO_SPACE


def test_a_closed_standard_output_is_an_error(command, monkeypatch, capsys):
    ran = []
    command(lambda: ran.append(1))
    monkeypatch.setattr(sys, "stdout", None)
    assert main([]) == 2
    assert not ran
    assert "Standard output is closed" in capsys.readouterr().err


def test_a_fault_of_the_program_keeps_its_traceback(command):
    command(fails_with(KeyError("a fault")))
    with pytest.raises(KeyError):
        main([])


def shell(redirections, *arguments, **variables):
    """Status, output and error of a real process, started by a shell."""
    command = f'"$0" -m seq2seq_keras "$@" {redirections}'
    done = subprocess.run(
        ["bash", "-c", command, sys.executable, *arguments],
        capture_output=True,
        env={**os.environ, **variables},
    )
    return done.returncode, done.stdout.decode(), done.stderr.decode()


@pytest.mark.parametrize(
    ("redirections", "status", "error"),
    [
        (">/dev/full", 2, NO_SPACE),
        (
            ">&-",
            2,
            f"{ERROR}Standard output is closed. Send it to /dev/null instead.\n",
        ),
        ("<&- 2>&-", 0, ""),
        ("2>/dev/full >/dev/full", 2, ""),
        ("<&- >&- 2>&-", 2, ""),
        ("| true; exit ${PIPESTATUS[0]}", 141, ""),
    ],
)
def test_a_real_process_ends_with_one_line_at_most(redirections, status, error):
    if "/dev/full" in redirections and not os.path.exists("/dev/full"):  # noqa: PTH110
        pytest.skip("there is no /dev/full")
    # Short enough to be held in a buffer when it cannot be written.
    found = shell(redirections, "vectors", "--help")
    assert (found[0], found[2]) == (status, error)


def test_an_error_that_nobody_can_read_is_still_an_error():
    assert shell("2>&-", "fly") == (2, "", "")


def test_files_do_not_take_the_place_of_closed_streams():
    """Else what others write to descriptor 2 would stand in the first file opened."""
    code = (
        "import os\n"
        "from seq2seq_keras.cli import process\n"
        "process.main = lambda: int(os.open(os.devnull, os.O_RDONLY) < 3)\n"
        "process.run()"
    )
    command = '"$0" -c "$1" <&- >&- 2>&-'
    done = subprocess.run(["bash", "-c", command, sys.executable, code])
    assert done.returncode == 0
