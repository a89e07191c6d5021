"""Tests of seq2seq_keras.files."""

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
