"""Tests of seq2seq_keras.data.reading."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seq2seq_keras.data import decode_lines, read_lines
from seq2seq_keras.errors import InputError

BOM = "\ufeff".encode()


def lines_of(content, tmp_path):
    path = tmp_path / "text.txt"
    path.write_bytes(content)
    return list(read_lines(path))


@pytest.mark.parametrize("content", [b"one\ntwo\n", b"one\r\ntwo\r\n", b"one\r\ntwo\n"])
def test_lines_end_with_either_line_end(content, tmp_path):
    assert lines_of(content, tmp_path) == ["one", "two"]


@pytest.mark.parametrize("content", [b"one\ntwo", b"one\r\ntwo"])
def test_the_last_line_needs_no_end(content, tmp_path):
    assert lines_of(content, tmp_path) == ["one", "two"]


@given(
    lines=st.lists(
        st.text(st.characters(exclude_characters="\0\r\n", codec="utf-8")), min_size=1
    )
)
def test_any_text_comes_back_whatever_white_space_it_holds(lines):
    file = [f"{line}\n".encode() for line in ["", *lines]]
    assert list(decode_lines(file, "text")) == ["", *lines]


@pytest.mark.parametrize("space", ["\u2028", "\u2029", "\x85", "\v", "\f", "\x1c"])
def test_other_separators_are_part_of_the_line(space, tmp_path):
    content = f"one{space}two\nthree\n".encode()
    assert lines_of(content, tmp_path) == [f"one{space}two", "three"]


def test_a_lone_carriage_return_is_part_of_the_line(tmp_path):
    assert lines_of(b"a\rb\nc\r\r\nd\r", tmp_path) == ["a\rb", "c\r", "d\r"]


def test_blank_lines_are_lines(tmp_path):
    assert lines_of(b"\n\na\n\n", tmp_path) == ["", "", "a", ""]


def test_a_byte_order_mark_is_dropped_at_the_start_only(tmp_path):
    content = BOM + b"one\n" + BOM + b"two" + BOM + b"\n"
    assert lines_of(content, tmp_path) == ["one", "\ufefftwo\ufeff"]
    assert lines_of(BOM + BOM + b"one\n", tmp_path) == ["\ufeffone"]


def test_invalid_utf8_names_file_line_and_byte(tmp_path):
    content = "one\nétudiant\nabé".encode() + b"\xe9d\nfour\n"
    # é takes two bytes, so the wrong one is the fifth of its line.
    with pytest.raises(InputError, match=r"text\.txt, line 3: byte 5 .*\(0xe9\)"):
        lines_of(content, tmp_path)


@pytest.mark.parametrize(
    "content", [b"\xed\xa0\x80\n", b"\xc0\xaf\n", b"ok \xf0\x9f\n"]
)
def test_surrogates_overlong_and_cut_characters_are_not_utf8(content, tmp_path):
    with pytest.raises(InputError, match=r"line 1: byte \d .* not valid UTF-8"):
        lines_of(content, tmp_path)


def test_utf16_is_not_taken_for_text(tmp_path):
    with pytest.raises(InputError, match=r"text\.txt, line 1: .* UTF-8"):
        lines_of("one\n".encode("utf-16"), tmp_path)


def test_another_encoding_than_was_tried_is_advised(tmp_path):
    wide = "one\n".encode("utf-16-le")
    for content, encoding, advice in (
        (wide, "utf-8", r"`utf-16`, `utf-16-le` \(without a mark\)\.$"),
        (wide, "utf-16", r"--encoding utf-8`, .*`utf-16-le` \(without a mark\)\.$"),
        (b"\xff", "cp949", r"--encoding utf-8`, `cp1252` \(Western Europe\), `shift"),
    ):
        (tmp_path / "text.txt").write_bytes(content)
        with pytest.raises(InputError, match=advice):
            list(read_lines(tmp_path / "text.txt", encoding=encoding))


def test_a_nul_byte_names_file_line_and_byte(tmp_path):
    with pytest.raises(InputError, match=r"text\.txt, line 2: NUL byte at byte 3"):
        lines_of(b"one\ntw\0o\n", tmp_path)


def test_lines_before_a_bad_one_are_read(tmp_path):
    path = tmp_path / "text.txt"
    path.write_bytes(b"one\n\xff\n")
    lines = read_lines(path)
    assert next(lines) == "one"
    with pytest.raises(InputError):
        next(lines)


def test_an_empty_file_is_named(tmp_path):
    with pytest.raises(InputError, match=r"text\.txt: the file is empty"):
        lines_of(b"", tmp_path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(InputError, match=r"none\.txt: there is no such file"):
        list(read_lines(tmp_path / "none.txt"))


def test_a_folder_is_said_to_be_one(tmp_path):
    with pytest.raises(InputError, match="is a folder"):
        list(read_lines(str(tmp_path)))


def test_a_pipe_is_read():
    reading, writing = os.pipe()
    os.write(writing, b"one\ntwo\n")
    os.close(writing)
    assert list(read_lines(f"/dev/fd/{reading}")) == ["one", "two"]
    os.close(reading)


@pytest.mark.parametrize("wrong", [b"\xe9", b"\0"])
def test_the_bytes_of_a_byte_order_mark_are_counted(wrong, tmp_path):
    # Three bytes of the mark and one letter before it; none on the second line.
    with pytest.raises(InputError, match=r"line 1: .*byte 5 of the line"):
        lines_of(BOM + b"a" + wrong, tmp_path)
    with pytest.raises(InputError, match=r"line 2: .*byte 2 of the line"):
        lines_of(BOM + b"a\nb" + wrong, tmp_path)
