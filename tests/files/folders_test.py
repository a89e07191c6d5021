"""Tests of folders whose files change all at once."""

import functools
import itertools
import os
import pathlib
import shutil
import tempfile

import pytest

from seq2seq_keras.errors import InputError
from seq2seq_keras.files import current, exchanged, read_whole, switched

NAMES = ("a", "b", "c")


def write(folder, text):
    with switched(folder) as staged:
        for name in NAMES:
            (staged / name).write_text(text)


def read(folder):
    return [current(folder, name).read_text() for name in NAMES]


def files_in(folder):
    return sorted(path.name for path in folder.iterdir())


def test_files_are_replaced_and_others_left_alone(tmp_path):
    write(tmp_path / "new" / "m", "old")
    folder = tmp_path / "new" / "m"
    (folder / "notes").write_text("mine")
    write(folder, "new")
    assert read(folder) == ["new"] * 3
    assert (folder / "a").read_text() == "new"
    assert files_in(folder) == ["a", "b", "c", "notes"]


def test_killed_at_any_moment_the_files_are_all_old_or_all_new(tmp_path, killed_at):
    seen = []
    for number in itertools.count(1):
        folder = tmp_path / str(number)
        write(folder, "old")
        if not killed_at(number, functools.partial(write, folder, "new")):
            break
        found = read(folder)
        assert found in (["old"] * 3, ["new"] * 3), number
        seen.append(found[0])
        # The next writer finds its way, and nothing stays behind.
        shutil.copytree(folder, tmp_path / "copy")
        with switched(tmp_path / "copy") as staged:
            (staged / "d").touch()
        assert read(tmp_path / "copy") == found
        assert files_in(tmp_path / "copy") == ["a", "b", "c", "d"]
        shutil.rmtree(tmp_path / "copy")
    assert seen == sorted(seen, reverse=True)  # there is one switch
    assert seen.count("old") > 5
    assert seen.count("new") > 5


def test_a_failure_leaves_the_old_files_and_no_others(tmp_path):
    write(tmp_path, "old")
    with pytest.raises(ZeroDivisionError), switched(tmp_path) as staged:
        (staged / "a").write_text("half")
        raise ZeroDivisionError
    assert read(tmp_path) == ["old"] * 3
    assert files_in(tmp_path) == ["a", "b", "c"]


def test_a_folder_that_was_made_for_nothing_goes_again(tmp_path):
    with pytest.raises(ZeroDivisionError), switched(tmp_path / "new" / "folder"):
        raise ZeroDivisionError
    assert files_in(tmp_path) == []


def test_a_folder_in_the_place_of_a_file_is_an_error_before_the_switch(tmp_path):
    write(tmp_path, "old")
    (tmp_path / "c").unlink()
    (tmp_path / "c").mkdir()
    with pytest.raises(IsADirectoryError, match="c is a folder; a file is to be"):
        write(tmp_path, "new")
    assert (tmp_path / "a").read_text() == "old"


def test_what_an_earlier_version_left_is_swept(tmp_path):
    left = pathlib.Path(tempfile.mkdtemp(prefix=".saving-", dir=tmp_path))
    (left / "a").touch()
    write(tmp_path, "new")
    assert files_in(tmp_path) == ["a", "b", "c"]


def test_folders_whose_names_only_begin_like_those_it_makes_are_left_alone(tmp_path):
    names = [".saving-", ".saving-x1y2", ".savings-of-mine"]
    for name in names:
        (tmp_path / name).mkdir()
        (tmp_path / name / "notes").touch()
    write(tmp_path, "new")
    assert files_in(tmp_path) == [*names, "a", "b", "c"]


def test_an_error_of_the_disk_names_the_users_folder(tmp_path):
    with pytest.raises(OSError, match=f"No space .*'{tmp_path}'"), switched(tmp_path):
        raise OSError(28, "No space left on device")
    with pytest.raises(FileNotFoundError) as caught, switched(tmp_path) as staged:
        (staged / "none").read_text()
    assert caught.value.filename == str(tmp_path)


def test_old_permissions_are_kept_and_new_files_follow_the_umask(tmp_path):
    before = os.umask(0o027)
    try:
        with switched(tmp_path / "m") as staged:
            (staged / "a").touch(0o600)
            (staged / "b").touch()
        (tmp_path / "m" / "b").chmod(0o600)
        write(tmp_path / "m", "new")
    finally:
        os.umask(before)
    modes = [(tmp_path / "m" / name).stat().st_mode & 0o777 for name in ("", *NAMES)]
    assert modes == [0o750, 0o640, 0o600, 0o640]


def test_the_reader_of_a_folder_that_is_replaced_meanwhile_reads_again(tmp_path):
    write(tmp_path, "old")
    texts = iter(["new", "newest"])

    def look():
        found = [current(tmp_path, "a").read_text()]
        if text := next(texts, None):
            write(tmp_path, text)
        return [*found, *(current(tmp_path, name).read_text() for name in "bc")]

    assert read_whole(tmp_path, NAMES, look) == ["newest"] * 3


def test_a_file_that_moves_between_two_looks_is_no_error(tmp_path):
    write(tmp_path, "old")
    (tmp_path / ".saved").mkdir()
    (tmp_path / ".saved" / "b").write_text("new")

    def look():
        path = current(tmp_path, "b")
        if path.parent != tmp_path:
            path.rename(tmp_path / "b")
        return path.read_text()

    assert read_whole(tmp_path, NAMES, look) == "new"


def test_a_lasting_error_is_raised_at_once(tmp_path):
    looks = []

    def look():
        looks.append(1)
        raise InputError("damaged")

    with pytest.raises(InputError, match="damaged"):
        read_whole(tmp_path, NAMES, look)
    assert looks == [1]


def anything(place):
    """Whatever stands there may be replaced."""


def fill(folder, text):
    with exchanged(folder, anything) as staged:
        for name in NAMES:
            (staged / "inner").mkdir(exist_ok=True)
            (staged / "inner" / name).write_text(text)


def filled(folder):
    return [(folder / "inner" / name).read_text() for name in NAMES]


@pytest.fixture(params=["one step", "two steps"])
def steps(request, monkeypatch):
    """With and without a system that can exchange names."""
    if request.param == "two steps":
        monkeypatch.setattr("sys.platform", "other")
    return request.param


def test_killed_at_any_moment_an_exported_folder_is_old_or_new(
    tmp_path, killed_at, steps
):
    seen = []
    for number in itertools.count(1):
        folder = tmp_path / str(number) / "s"
        fill(folder, "old")
        if not killed_at(number, functools.partial(fill, folder, "new")):
            break
        if steps == "two steps" and not folder.exists():
            # Nobody is there to read it, but the next writer puts it back.
            with pytest.raises(ZeroDivisionError), exchanged(folder, anything):
                raise ZeroDivisionError
            assert filled(folder) == ["old"] * 3
        found = filled(folder)
        assert found in (["old"] * 3, ["new"] * 3), number
        seen.append(found[0])
        fill(folder, "third")
        assert filled(folder) == ["third"] * 3
        assert files_in(folder.parent) == ["s"]
    assert seen == sorted(seen, reverse=True)
    assert seen.count("old") > 5
    assert seen.count("new") > 5


def test_an_exchange_that_fails_leaves_the_old_folder(tmp_path, monkeypatch, steps):
    fill(tmp_path / "s", "old")
    monkeypatch.setattr("sys.platform", "other")
    rename, renamed = os.rename, []

    def failing(*paths):
        renamed.append(paths)
        if len(renamed) == 2:
            raise OSError(5, "Input/output error")
        rename(*paths)

    monkeypatch.setattr(os, "rename", failing)
    with pytest.raises(OSError, match="Input/output error"):
        fill(tmp_path / "s", "new")
    assert filled(tmp_path / "s") == ["old"] * 3
    assert files_in(tmp_path) == ["s"]


def test_what_must_not_be_replaced_stays(tmp_path):
    fill(tmp_path / "s", "old")

    def refuse(place):
        raise InputError(f"{place} is precious")

    with pytest.raises(InputError, match="precious"), exchanged(tmp_path / "s", refuse):
        pytest.fail("it was opened")
    assert filled(tmp_path / "s") == ["old"] * 3


def test_folders_of_an_export_follow_the_umask_and_a_private_one_stays(tmp_path):
    before = os.umask(0o002)
    try:
        with exchanged(tmp_path / "s", anything) as staged:
            (staged / "inner").mkdir(0o700)
            (staged / "inner" / "a").touch(0o600)
        made = [
            pathlib.Path(tmp_path, "s", name).stat().st_mode & 0o777
            for name in ("", "inner", "inner/a")
        ]
        assert made == [0o775, 0o775, 0o664]
        (tmp_path / "s").chmod(0o700)
        fill(tmp_path / "s", "new")
    finally:
        os.umask(before)
    assert (tmp_path / "s").stat().st_mode & 0o777 == 0o700
