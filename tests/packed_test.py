"""Tests of opening files that may be compressed."""

import bz2
import gzip
import io
import lzma
import os
import pathlib
import pickle
import random
import sqlite3
import sys
import tarfile
import threading
import tracemalloc
import zipfile

import numpy as np
import pytest

from seq2seq_keras.errors import InputError
from seq2seq_keras.packed import Growth, open_packed, split_member

zstandard = pytest.importorskip("zstandard", reason="needs the extra `formats`")

TEXT = "".join(f"line {n}, {n * n % 977}, 한글 é\n" for n in range(5000)).encode()


def zipped(members, method=zipfile.ZIP_DEFLATED):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


def tarred(content):
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        info = tarfile.TarInfo("text.txt")
        info.size = len(content)
        archive.addfile(info, io.BytesIO(content))
    return stream.getvalue()


STREAMS = {
    "gzip": lambda text: gzip.compress(text, mtime=0),
    "xz": lzma.compress,
    "bzip2": bz2.compress,
    "zstandard": lambda text: zstandard.ZstdCompressor(write_checksum=True).compress(
        text
    ),
}
PACKERS = {
    "plain": bytes,
    **STREAMS,
    "zip": lambda text: zipped({"text": text}),
    "zip of bzip2": lambda text: zipped({"text": text}, zipfile.ZIP_BZIP2),
    "zip of lzma": lambda text: zipped({"text": text}, zipfile.ZIP_LZMA),
    "zip as it is": lambda text: zipped({"text": text}, zipfile.ZIP_STORED),
}


@pytest.fixture
def write(tmp_path):
    """Writes bytes to a file and returns its path."""

    def write(content, name="file"):
        (tmp_path / name).write_bytes(content)
        return tmp_path / name

    return write


def read(path, member=None, **options):
    with open_packed(path, member, **options) as (stream, _):
        return stream.read()


@pytest.mark.parametrize("packer", PACKERS)
def test_the_beginning_is_seen_far_enough_to_tell_a_format(write, packer):
    text = bytes(random.Random(0).choices(range(256), k=2**17))
    with open_packed(write(PACKERS[packer](b"#" + text))) as (stream, _):
        assert len(stream.peek(2**16)) >= 2**16


@pytest.mark.parametrize("packer", PACKERS)
@pytest.mark.parametrize("text", [TEXT, b"", b"a", b"\n"])
def test_what_is_packed_is_read_as_what_is_not(write, packer, text):
    path = write(PACKERS[packer](text), "misleading.gz")
    assert read(path) == text
    with open_packed(path) as (stream, _):
        assert list(stream) == text.splitlines(keepends=True)


@pytest.mark.parametrize("packer", STREAMS)
def test_all_streams_of_a_file_are_read(write, packer):
    pack = STREAMS[packer]
    parts = TEXT[:70_000], b"", TEXT[70_000:70_001], TEXT[70_001:]
    assert read(write(b"".join(map(pack, parts)))) == TEXT
    # Zeros fill the last block of a tape, and xz writes four of them between streams.
    assert read(write(pack(TEXT) + bytes(4) + pack(TEXT) + bytes(8192))) == 2 * TEXT


def test_frames_of_zstandard_may_be_passed_over(write):
    skipped = b"\x50\x2a\x4d\x18" + (4).to_bytes(4, "little") + b"1234"
    packed = STREAMS["zstandard"](TEXT)
    assert read(write(skipped + packed + skipped)) == TEXT


@pytest.mark.parametrize("packer", [name for name in PACKERS if name != "plain"])
@pytest.mark.parametrize("size", [0.1, 0.5, 0.97])
def test_what_is_cut_off_is_told_of_while_lines_are_read(write, packer, size):
    packed = PACKERS[packer](TEXT)
    path = write(packed[: int(len(packed) * size)])
    with (
        pytest.raises(
            InputError, match=r"is damaged or cut off \(.*\)\. Fetch it anew"
        ),
        open_packed(path) as (stream, _),
    ):
        for _ in stream:
            pass


@pytest.mark.parametrize("packer", [name for name in PACKERS if name != "plain"])
def test_every_changed_byte_is_read_as_it_was_or_refused(write, packer):
    text = TEXT[:3000]
    packed = PACKERS[packer](text)
    random = np.random.default_rng(0)
    for position in random.choice(len(packed), 150):
        changed = bytearray(packed)
        changed[position] ^= 1 << random.integers(8)
        try:
            content = read(write(bytes(changed)))
        except InputError:
            continue
        # gzip's name and time, a name in an archive; or no longer known as packed.
        assert content in (text, bytes(changed))


@pytest.mark.parametrize("packer", STREAMS)
def test_a_broken_second_stream_is_no_end(write, packer):
    first, second = STREAMS[packer](TEXT), bytearray(STREAMS[packer](TEXT))
    second[1] ^= 255
    for rest in (bytes(second), b"rubbish"):
        with pytest.raises(InputError, match="is damaged or cut off"):
            read(write(first + rest))


@pytest.mark.parametrize("packer", PACKERS)
def test_the_share_that_was_read_grows_to_all(write, packer, monkeypatch):
    monkeypatch.setattr("seq2seq_keras.packed._BUFFER_BYTES", 2**14)
    text = np.random.default_rng(0).bytes(2**20)
    text = b"text" + text.replace(b"\n", b" ")
    with open_packed(write(PACKERS[packer](text))) as (stream, share):
        shares = [share()]
        while stream.read(2**16):
            shares.append(share())
    assert shares == sorted(shares)
    assert shares[0] < 0.9  # bzip2 packs blocks of 900 kB
    assert shares[-1] == 1.0


def test_the_member_of_an_archive_is_named(write, tmp_path):
    path = write(zipped({"a/small": b"1", "large": b"2"}), "both.zip")
    assert read(f"{path}:a/small") == read(path, "a/small") == b"1"
    assert read(f"{path}:large") == b"2"
    with pytest.raises(InputError, match=r"2 files \(a/small, large\)\. Name the one "):
        read(path)
    with pytest.raises(InputError, match=r"with the rows: .*both\.zip:a/small$"):
        read(path, what="rows")
    with pytest.raises(InputError, match=r"no member 'none' \(a/small, large\)"):
        read(f"{path}:none")
    with pytest.raises(InputError, match="no member ''"):
        read(f"{path}:")
    plain = write(TEXT, "plain")
    for name, member in ((plain, "a"), (f"{plain}:a", None)):
        with pytest.raises(InputError, match="plain is no zip archive and has no mem"):
            read(name, member)


def test_at_most_ten_members_are_named(write):
    path = write(zipped({f"m{n:02}": b"" for n in range(25)}))
    with pytest.raises(InputError, match=r"25 files \(m00, .*, m09 and 15 more\)"):
        read(path)


def test_files_that_macos_adds_and_folders_are_no_members(write):
    added = {"folder/": b"", ".DS_Store": b"1", "__MACOSX/._text.txt": b"2"}
    assert read(write(zipped({**added, "text.txt": TEXT}))) == TEXT


def test_archives_without_a_file_or_with_two_of_one_name_are_refused(write):
    with pytest.raises(InputError, match=r"holds 0 files$"):
        read(write(zipped({})))
    with pytest.warns(UserWarning, match="Duplicate"):
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as archive:
            archive.writestr("a", b"1")
            archive.writestr("a", b"2")
    with pytest.raises(InputError, match="two files of the name 'a'"):
        read(write(stream.getvalue()), "a")


def test_a_member_locked_with_a_password_is_refused(write):
    packed = bytearray(zipped({"a": b"1"}))
    packed[packed.index(b"PK\1\2") + 8] |= 1
    with pytest.raises(InputError, match="locked with a password: unpack it first"):
        read(write(bytes(packed)))


def test_a_colon_parts_file_and_member_if_there_is_no_such_file(tmp_path):
    archive, odd = tmp_path / "a.zip", tmp_path / "a.zip:b"
    archive.touch()
    assert split_member(archive) == (archive, None)
    assert split_member(f"{archive}:b:c") == (archive, "b:c")
    assert split_member(str(odd)) == (odd, None) or split_member(odd) == (archive, "b")
    odd.touch()
    assert split_member(odd) == (odd, None)
    assert split_member(f"{odd}:c") == (odd, "c")
    assert split_member(odd, "c") == (odd, "c")
    for absent in (tmp_path / "b.zip:c", f"{tmp_path}:c", ":", "", "\0:a"):
        assert split_member(absent) == (pathlib.Path(absent), None)


@pytest.mark.parametrize("packer", PACKERS)
def test_a_pipe_is_read_if_it_may_be(tmp_path, packer):
    path, content = tmp_path / "pipe", PACKERS[packer](TEXT)
    os.mkfifo(path)
    with pytest.raises(InputError, match="is a pipe or a device"):
        read(path)

    def write_slowly():
        with path.open("wb", buffering=0) as pipe:
            for start in range(0, 40, 3):
                pipe.write(content[start : start + 3])
            pipe.write(content[start + 3 :])

    writer = threading.Thread(target=write_slowly)
    writer.start()
    try:
        if packer.startswith("zip"):
            with (
                pytest.raises(InputError, match=r"archive in a pipe.*save it to"),
                open_packed(path, pipes=True),
            ):
                pass
        else:
            with open_packed(path, pipes=True) as (stream, share):
                assert (stream.read(), share()) == (TEXT, 0.0)
    finally:
        writer.join()


def test_a_line_of_a_pipe_is_read_before_the_next_is_written():
    reading, writing = os.pipe()
    try:
        os.write(writing, b"one\n")
        name = f"/dev/fd/{reading}"
        with open_packed(name, pipes=True) as (stream, _):
            assert stream.readline() == b"one\n"
            os.write(writing, b"two\n")
            assert stream.readline() == b"two\n"
    finally:
        os.close(reading)
        os.close(writing)


def test_a_pipe_option_changes_nothing_for_files_and_folders(write, tmp_path):
    assert read(write(TEXT), pipes=True) == TEXT
    with pytest.raises(InputError, match="is a folder"):
        read(tmp_path, pipes=True)
    with pytest.raises(InputError, match="there is no such file"):
        read(tmp_path / "absent", pipes=True)
    assert read("/dev/null", pipes=True) == b""


@pytest.mark.parametrize("packer", [name for name in PACKERS if name[:3] != "zip"][1:])
def test_what_unpacks_to_far_more_is_refused(write, packer):
    path = write(PACKERS[packer](bytes(2**23)))
    small = Growth(2**20, 50)
    with pytest.raises(InputError, match=r"to far more than rows do.*unpack it"):
        read(path, what="rows", growth=small)
    assert len(read(path)) == 2**23


@pytest.mark.parametrize(
    ("packer", "size", "most"),
    # zstandard unpacks what it is given at once; from 4 KiB that may be 128 MiB.
    [("gzip", 25, 23), ("xz", 25, 24), ("bzip2", 25, 23), ("zstandard", 28, 28)],
)
def test_unpacking_costs_little_memory(write, packer, size, most):
    path = write(STREAMS[packer](bytes(2**size)))
    tracemalloc.start()
    try:
        with open_packed(path) as (stream, _):
            while stream.read(2**20):
                pass
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 2**most


def saved(save, path):
    with path.open("wb") as file:
        save(file, [1])


def sqlite(path):
    with sqlite3.connect(path) as database:
        database.execute("create table t (a)")
    database.close()


def hdf5(path):
    h5py = pytest.importorskip("h5py")
    h5py.File(path, "w").close()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda path: path.write_bytes(tarred(TEXT)), "is a tar archive: unpack it f"),
        (
            lambda path: path.write_bytes(gzip.compress(tarred(TEXT))),
            "holds, under gzip, a tar archive: unpack it first",
        ),
        (
            lambda path: path.write_bytes(lzma.compress(tarred(TEXT))),
            "holds, under xz, a tar archive",
        ),
        (
            lambda path: path.write_bytes(zipped({"a": gzip.compress(TEXT)})),
            "holds, under zip, what gzip packed",
        ),
        (
            lambda path: path.write_bytes(lzma.compress(TEXT, lzma.FORMAT_ALONE)),
            "is compressed by lzma",
        ),
        (lambda path: path.write_bytes(b"7z\xbc\xaf\x27\x1c\0\4"), "is a 7z archive"),
        (lambda path: path.write_bytes(b"Rar!\x1a\7\1\0"), "is a RAR archive"),
        (lambda path: path.write_bytes(b"PAR1\x15\4\x15"), "Parquet.*read_parquet"),
        (lambda path: path.write_bytes(b"%PDF-1.7\n"), "is a PDF: save it as plain"),
        (lambda path: path.write_bytes(pickle.dumps([1])), "is a pickle, which could"),
        (lambda path: saved(np.save, path), "is a NumPy array"),
        (lambda path: saved(np.savez, path), "is an archive of NumPy arrays"),
        (sqlite, "is an SQLite database"),
        (hdf5, "is an HDF5 file"),
        (
            lambda path: path.write_bytes(
                zipped({"[Content_Types].xml": b"", "xl/workbook.xml": b""})
            ),
            r"is an Excel workbook: save it as CSV \(UTF-8\), or read it with "
            r"pandas\.read_excel and give the DataFrame\.",
        ),
        (
            lambda path: path.write_bytes(
                zipped({"[Content_Types].xml": b"", "word/document.xml": b""})
            ),
            "is a Word document: save it as plain text",
        ),
        (
            lambda path: path.write_bytes(
                zipped({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet"})
            ),
            "is an OpenDocument spreadsheet: save it as CSV",
        ),
        (
            lambda path: path.write_bytes(
                b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n"
            ),
            "is a pointer of Git LFS.*git lfs pull",
        ),
    ],
)
def test_what_holds_no_text_is_named_with_what_to_do(tmp_path, make, message):
    make(tmp_path / "file")
    with pytest.raises(InputError, match=message) as error:
        read(tmp_path / "file")
    assert len(str(error.value).splitlines()) == 1


@pytest.mark.parametrize(
    "text", [b"PAR1 is a town\n", b"BZh9 is a word\n", b"PK\n", b"7z\n", b"\xff\xfea\0"]
)
def test_text_that_begins_alike_is_read(write, text):
    assert read(write(text)) == text


def test_a_missing_package_is_named(write, monkeypatch):
    monkeypatch.setitem(sys.modules, "zstandard", None)
    with pytest.raises(InputError, match="pip install zstandard"):
        read(write(STREAMS["zstandard"](TEXT)))


def test_a_window_too_large_is_told_of(write):
    parameters = zstandard.ZstdCompressionParameters(window_log=30, enable_ldm=True)
    packer = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    path = write(packer.compress(TEXT) + packer.flush())
    with pytest.raises(InputError, match="needs more memory to unpack"):
        read(path)
