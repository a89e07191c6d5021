"""Tests of the writer of files."""

import os
import pathlib
import subprocess
import sys
import threading

import pytest

from seq2seq_keras.files import replaced_when_complete, sha256, write_text


def test_a_failure_leaves_the_old_file_and_no_other(tmp_path):
    path = tmp_path / "a.txt"
    write_text(path, "old")
    with pytest.raises(RuntimeError), replaced_when_complete(path) as beside:
        beside.write_text("half")
        raise RuntimeError
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_the_name_to_write_to_keeps_folder_and_suffix(tmp_path):
    with replaced_when_complete(tmp_path / "new" / "m.keras") as beside:
        assert beside.suffix == ".keras"
        assert beside.parent == tmp_path / "new"
        beside.write_bytes(b"")


def test_the_hash_is_that_of_the_bytes(tmp_path):
    """The digest of "abc" is an example of FIPS 180-2."""
    (tmp_path / "f").write_bytes(b"abc")
    assert sha256(tmp_path / "f").startswith("ba7816bf8f01cfea414140de5dae2223")


def test_a_folder_is_not_replaced_by_a_file(tmp_path):
    with pytest.raises(IsADirectoryError, match="is a folder"):
        write_text(tmp_path, "")


def test_what_a_link_points_to_is_replaced(tmp_path):
    write_text(tmp_path / "a.txt", "old")
    (tmp_path / "link.txt").symlink_to(tmp_path / "a.txt")
    write_text(tmp_path / "link.txt", "new")
    assert (tmp_path / "a.txt").read_text() == "new"
    assert (tmp_path / "link.txt").is_symlink()


@pytest.fixture
def umask_022():
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o444, 0o755])
def test_a_file_passes_its_permissions_on(tmp_path, umask_022, mode):
    path = tmp_path / "a.txt"
    path.touch()
    path.chmod(mode)
    with replaced_when_complete(path) as beside:
        # Nobody may read meanwhile what they may not read in the end.
        assert beside.stat().st_mode & 0o077 & ~mode == 0
        beside.write_text("new")
    assert path.read_text() == "new"
    assert path.stat().st_mode & 0o777 == mode


def test_a_new_file_follows_the_umask(tmp_path, umask_022):
    write_text(tmp_path / "a.txt", "new")
    assert (tmp_path / "a.txt").stat().st_mode & 0o777 == 0o644


@pytest.fixture
def nothing_renamed(monkeypatch):
    """The devices of the machine outlive a test that fails, as root too."""

    def refuse(*paths):
        raise AssertionError(f"{paths[1]} would have been replaced")

    monkeypatch.setattr(os, "replace", refuse)
    monkeypatch.setattr(os, "rename", refuse)


def test_a_device_is_written_into(tmp_path, nothing_renamed):
    (tmp_path / "null").symlink_to(os.devnull)
    for path in (os.devnull, tmp_path / "null"):
        write_text(path, "nothing")
    assert pathlib.Path(os.devnull).is_char_device()
    assert (tmp_path / "null").is_symlink()


def test_the_reader_of_a_named_pipe_gets_what_is_written(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    got = []
    reader = threading.Thread(
        target=lambda: got.append((tmp_path / "pipe").read_text())
    )
    reader.start()
    write_text(tmp_path / "pipe", "text")
    reader.join()
    assert got == ["text"]
    assert (tmp_path / "pipe").is_fifo()
    assert list(tmp_path.iterdir()) == [tmp_path / "pipe"]


@pytest.mark.parametrize("name", ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"])
def test_an_open_file_is_written_on(tmp_path, name):
    """As the shell's `>>` opened it: what is there stays, and comes before."""
    code = (
        "import sys; from seq2seq_keras.files import write_text\n"
        "print('printed'); write_text(sys.argv[1], 'written\\n'); print('after')"
    )
    (tmp_path / "log").write_text("old\n")
    with (tmp_path / "log").open("a") as log:
        subprocess.run([sys.executable, "-c", code, name], stdout=log, check=True)
    assert (tmp_path / "log").read_text() == "old\nprinted\nwritten\nafter\n"
    done = subprocess.run([sys.executable, "-c", code, name], stdout=subprocess.PIPE)
    assert done.stdout == b"printed\nwritten\nafter\n"


def test_what_a_killed_process_left_is_swept(tmp_path, killed_at):
    path, number = tmp_path / "a.tar.gz", 0
    write_text(path, "old")
    while killed_at(number := number + 1, lambda: write_text(path, "new")):
        assert path.read_text() in ("old", "new")
        write_text(tmp_path / "b", "")
        assert sorted(p.name for p in tmp_path.iterdir()) == ["a.tar.gz", "b"]
        write_text(path, "old")
    assert number > 5


def test_what_another_is_writing_is_not_swept(tmp_path):
    with replaced_when_complete(tmp_path / "a.txt") as beside:
        write_text(tmp_path / "b.txt", "b")
        write_text(tmp_path / "a.txt", "first")
        assert beside.exists()
        beside.write_text("second")
    assert (tmp_path / "a.txt").read_text() == "second"
    assert len(list(tmp_path.iterdir())) == 2


def test_a_users_hidden_file_is_not_swept(tmp_path):
    names = [".a-20240101.txt", ".unfinished", ".a-1a2b3c4d.unfinished.txt.bak"]
    for name in names:
        (tmp_path / name).touch()
    write_text(tmp_path / "a.txt", "")
    assert {path.name for path in tmp_path.iterdir()} == {*names, "a.txt"}


def test_a_name_as_long_as_names_can_be_is_written(tmp_path):
    name = "가" * 83 + ".txt"
    write_text(tmp_path / name, "text")
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_full_disk_is_told_with_the_name_of_the_file(nothing_renamed):
    with pytest.raises(OSError, match="No space left on device: '/dev/full'"):
        write_text("/dev/full", "text")


def test_an_error_without_a_name_gets_that_of_the_file(tmp_path):
    path = tmp_path / "a.txt"
    with (
        pytest.raises(OSError, match=f"No space.*'{path}'"),
        replaced_when_complete(path),
    ):
        raise OSError(28, "No space left on device")
    with (
        pytest.raises(OSError, match=f"{path} could not be written: encoder"),
        replaced_when_complete(path),
    ):
        raise OSError("encoder error -2")
    with pytest.raises(FileNotFoundError) as caught, replaced_when_complete(path):
        (tmp_path / "other").read_text()
    assert caught.value.filename == str(tmp_path / "other")
    assert list(tmp_path.iterdir()) == []


def test_a_file_is_on_the_disk_before_it_takes_its_name(tmp_path, monkeypatch):
    done, fsync, replace = [], os.fsync, os.replace
    monkeypatch.setattr(os, "fsync", lambda fd: (done.append("sync"), fsync(fd)))
    monkeypatch.setattr(
        os, "replace", lambda *paths: (done.append("rename"), replace(*paths))
    )
    write_text(tmp_path / "a.txt", "text")
    assert done == ["sync", "rename", "sync"]
