"""Opening a file that may be compressed: what is in it, as a stream of bytes."""

import bz2
import contextlib
import functools
import gzip
import io
import lzma
import os
import pathlib
import re
import stat
import zipfile
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO, NamedTuple

from seq2seq_keras.errors import InputError, import_optional
from seq2seq_keras.untrusted import in_one_line, open_regular

_HEAD_BYTES = 512
_BUFFER_BYTES = 2**20
# Of zstandard, which packs up to 30,000 times and unpacks all it is given at once.
_PIECE_BYTES = 2**12
_XZ_MEMORY = 2**30
_MOST_NAMES = 10

# How a packed file begins.
_PACKINGS = {
    "gzip": rb"\x1f\x8b",
    "xz": rb"\xfd7zXZ\0",
    "bzip2": rb"BZh[1-9](?:1AY&SY|\x17rE8P\x90)",
    "zstandard": rb"\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18",
    "zip": rb"PK(?:\x03\x04|\x05\x06|\x07\x08)",
}
_UNPACK = "unpack it first"
_GIVE_FRAME = "read it with pandas.{} and give the DataFrame"
_AS_CSV = "save it as CSV (UTF-8), or " + _GIVE_FRAME.format("read_excel")
_AS_TEXT = "save it as plain text (UTF-8)"
_EXCEL, _SHEET = "an Excel workbook", "an OpenDocument spreadsheet"
# Text that begins so goes on with letters.
PARQUET = rb"PAR1[\0-\x08\x0e-\x1f]"
# What else a file may begin with, what that is, and what to do.
_REFUSED = (
    (rb"7z\xbc\xaf\x27\x1c", "a 7z archive", _UNPACK),
    (rb"Rar!\x1a\x07", "a RAR archive", _UNPACK),
    (rb"(?s:.{257})ustar", "a tar archive", _UNPACK),
    (rb"\x04\x22\x4d\x18", "compressed by lz4", _UNPACK),
    (rb"LZIP\x01", "compressed by lzip", _UNPACK),
    (rb"\x5d\0\0", "compressed by lzma", _UNPACK),
    (rb"\x1f\x9d", "compressed by compress", _UNPACK),
    (PARQUET, "a Parquet file", _GIVE_FRAME.format("read_parquet")),
    (rb"ARROW1\0\0", "an Arrow file", _GIVE_FRAME.format("read_feather")),
    (rb"\xff{4}(?s:..)\0\0", "a stream of Arrow", "write it as CSV or JSON lines"),
    (rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office file (.xls, .doc)", _AS_CSV),
    (rb"\x89HDF\r\n\x1a\n", "an HDF5 file", "write what it holds as text"),
    (rb"\x93NUMPY", "a NumPy array", "write what it holds as text"),
    (rb"SQLite format 3\0", "an SQLite database", "write its table as CSV"),
    (rb"%PDF-\d", "a PDF", _AS_TEXT),
    (
        rb"\x80[\x02-\x05]",
        "a pickle, which could run any program and is not opened",
        "write it anew as text, a DataFrame with `to_csv` or vectors of gensim with "
        "`save_word2vec_format`",
    ),
    (
        rb"version https://git-lfs\.github\.com/spec/",
        "a pointer of Git LFS in place of the file",
        "fetch the file itself with `git lfs pull`",
    ),
)


class Growth(NamedTuple):
    """How far a file may grow when it is unpacked, so that a small one fills no memory.

    Attributes:
        free: Integer, the bytes that any may grow to.
        times: Integer, how often what was read of it.
    """

    free: int
    times: int


# gzip reaches 1,032 at most. For readers that stream, whose memory stays the same.
TEXT_GROWTH = Growth(2**32, 1100)


def split_member(
    name: str | os.PathLike, member: str | None = None
) -> tuple[pathlib.Path, str | None]:
    """Takes `FILE:MEMBER` apart.

    A file that really has that name, with the colon, is itself.

    Args:
        name: The file, or `FILE:MEMBER`.
        member: Optional. What a caller was given beside the name, which is then not
            taken apart.

    Returns:
        The path of the file, and the member or `None`.
    """
    text = os.fsdecode(name)
    if member is None and not os.path.lexists(text):
        drive, rest = os.path.splitdrive(text)
        for colon in reversed([found.start() for found in re.finditer(":", rest)]):
            file = pathlib.Path(drive + rest[:colon])
            if file.exists() and not file.is_dir():
                return file, rest[colon + 1 :]
    return pathlib.Path(text), member


@contextlib.contextmanager
def open_packed(
    name: str | os.PathLike,
    member: str | None = None,
    *,
    what: str = "data",
    pipes: bool = False,
    growth: Growth = TEXT_GROWTH,
) -> Iterator[tuple[io.BufferedReader, Callable[[], float]]]:
    """Opens a file, and what is in it if it is packed.

    The first bytes tell of gzip, xz, bzip2, zstandard and zip, not the name; any other
    file is read as it is, if it is none that is known to hold no text.

    Args:
        name: The file, or `FILE:MEMBER` for one of several files in a zip archive.
        member: The name of that file, where `name` is that of the archive alone.
        what: What messages call the content, a plural.
        pipes: Whether a pipe or a device may be read, too. No more of it is read than
            its first line before there is someone to read it.
        growth: A `Growth`. Who keeps what is read gives a small one.

    Yields:
        A binary stream, and a function without arguments that tells the share of it
        that was read, a float in [0, 1]; 0 where no one knows.

    Raises:
        InputError: If there is no such file or member, the file is damaged, also later
            on, or holds something else.
    """
    path, member = split_member(name, member)
    with contextlib.ExitStack() as stack:
        file = stack.enter_context(_open(path, pipes))
        with _telling(path):
            head, status = _read_head(file), os.fstat(file.fileno())
        packing, size = find_packing(head), status.st_size
        if member is not None and packing != "zip":
            raise InputError(f"{path} is no zip archive and has no member {member!r}.")
        is_regular = stat.S_ISREG(status.st_mode)
        source = _Source(file, head, goes_on=is_regular and packing is None)
        share, read = _share(lambda: source.position, size), lambda: source.position
        if packing == "zip":
            with _telling(path):
                archive = _open_zip(path, file)
                stack.enter_context(archive)
                info = _find_member(path, archive, member, what)
                unpacked: Any = stack.enter_context(archive.open(info))
            share, read = _share(unpacked.tell, info.file_size), lambda: size
        else:
            unpacked = _unpacker(path, packing, source, goes_on=is_regular)
        bound = growth if packing else None
        checked: Any = _Checked(unpacked, path, what, read, bound)
        stream = io.BufferedReader(checked, _BUFFER_BYTES)
        refuse_others(path, stream.peek() if packing else head, packing)
        yield stream, share


def _open(path: pathlib.Path, pipes: bool) -> BinaryIO:
    try:
        if pipes and not path.is_file() and path.exists() and not path.is_dir():
            return path.open("rb", buffering=0)  # type: ignore[return-value]
        return open_regular(path)
    except FileNotFoundError as error:
        raise InputError(f"{path}: there is no such file.") from error
    except OSError as error:
        raise _unreadable(path, error) from error


def _read_head(file: BinaryIO) -> bytes:
    """The first bytes; a line will do, as who writes a pipe may wait for an answer."""
    head = b""
    while len(head) < _HEAD_BYTES and b"\n" not in head:
        if not (more := file.read(_HEAD_BYTES - len(head))):
            break
        head += more
    return head


def find_packing(head: bytes) -> str | None:
    """What packed a file, by its first bytes; `None` if it is as it is."""
    return next(
        (name for name, start in _PACKINGS.items() if re.match(start, head)), None
    )


def refuse_others(
    path: str | os.PathLike, head: bytes, packing: str | None = None
) -> None:
    """Refuses what is known to hold no text.

    Args:
        path: What it is called.
        head: Its first bytes.
        packing: Optional. What had packed it.

    Raises:
        InputError: Says what it is, and what to do.
    """
    inside = f" holds, under {packing}," if packing else " is"
    for start, kind, remedy in _REFUSED:
        if re.match(start, head):
            raise InputError(f"{path}{inside} {kind}: {remedy}.")
    if packing and (inner := find_packing(head)):
        raise InputError(f"{path}{inside} what {inner} packed: {_UNPACK}.")


def _unpacker(
    path: pathlib.Path, packing: str | None, source: "_Source", goes_on: bool
) -> Any:
    if packing == "gzip":
        return gzip.GzipFile(fileobj=source)  # type: ignore[call-overload]
    if packing == "xz":
        new_xz = functools.partial(lzma.LZMADecompressor, memlimit=_XZ_MEMORY)
        return _Streams(source, new_xz, goes_on)
    if packing == "bzip2":
        return _Streams(source, bz2.BZ2Decompressor, goes_on)
    if packing == "zstandard":
        zstandard = import_optional("zstandard", f"Plain text of {path}")
        return _Streams(source, lambda: _Frame(zstandard), goes_on)
    return source


class _Source(io.RawIOBase):
    """A file from its start, of which the head was read; counts what is read.

    Who asks for the beginning, as to tell a format, gets more than the head if it
    `goes_on`; a pipe may have no more yet.
    """

    def __init__(self, file: Any, head: bytes, goes_on: bool) -> None:
        super().__init__()
        self.file, self.head, self.goes_on = file, head, goes_on
        self.position = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        count = min(len(buffer), len(self.head))
        buffer[:count], self.head = self.head[:count], self.head[count:]
        if not count or self.goes_on:
            count += self.file.readinto(memoryview(buffer)[count:])
        self.position += count
        return count


class _Streams(io.RawIOBase):
    """What was packed in one or several streams, each of them whole.

    The files of `bz2`, `lzma` and `zstandard` take a broken second stream, or a cut
    off first one, for the end.
    """

    def __init__(self, source: _Source, new: Callable[[], Any], goes_on: bool) -> None:
        super().__init__()
        self.source, self.new, self.goes_on = source, new, goes_on
        self.decoder: Any = None
        self.ready = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        filled = 0
        while filled < len(buffer) and (self.ready or self._unpack_more()):
            count = min(len(buffer) - filled, len(self.ready))
            buffer[filled : filled + count] = self.ready[:count]
            self.ready = self.ready[count:]
            filled += count
            if filled and not self.goes_on:
                break
        return filled

    def _unpack_more(self) -> bool:
        packed = b""
        if self.decoder is None or self.decoder.eof:
            rest = self.decoder.unused_data if self.decoder else b""
            # Zeros may fill the space between streams and the last block.
            while not (packed := rest.lstrip(b"\0")):
                if not (rest := self.source.read(_PIECE_BYTES) or b""):
                    return False
            self.decoder = self.new()
        elif self.decoder.needs_input:
            packed = self.source.read(_PIECE_BYTES) or b""
            if not packed:
                raise EOFError("it ends within a stream")
        self.ready = memoryview(self.decoder.decompress(packed, _BUFFER_BYTES))
        return True


class _Frame:
    """A frame of zstandard, unpacked as `bz2` and `lzma` unpack a stream."""

    needs_input = True

    def __init__(self, zstandard: Any) -> None:
        self.decoder = zstandard.ZstdDecompressor().decompressobj()
        self.decompress = lambda packed, most: self.decoder.decompress(packed)

    @property
    def eof(self) -> bool:
        return self.decoder.eof

    @property
    def unused_data(self) -> bytes:
        return self.decoder.unused_data


class _Checked(io.RawIOBase):
    """What a file holds: damage is told, and so is more than packing explains."""

    def __init__(
        self,
        unpacked: Any,
        path: pathlib.Path,
        what: str,
        read: Callable[[], int],
        growth: Growth | None,
    ) -> None:
        super().__init__()
        self.unpacked, self.path, self.what = unpacked, path, what
        self.read_of_file, self.growth = read, growth
        self.count = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        with _telling(self.path):
            count = self.unpacked.readinto(buffer)
        self.count += count
        if self.growth is not None:
            free, times = self.growth
            if self.count > free + times * self.read_of_file():
                raise InputError(
                    f"{self.path} unpacks to far more than {self.what} do. If it is "
                    "what it should be, unpack it first."
                )
        return count


@contextlib.contextmanager
def _telling(path: pathlib.Path) -> Iterator[None]:
    """Makes an `InputError` of what unpacking raises, of whatever kind."""
    try:
        yield
    except InputError:
        raise
    except OSError as error:
        if error.errno is not None:
            raise _unreadable(path, error) from error
        raise _damaged(path, error) from error
    except Exception as error:
        if isinstance(error, MemoryError) or "memory" in str(error).lower():
            raise InputError(
                f"{path} needs more memory to unpack than is given to it: {_UNPACK}."
            ) from error
        raise _damaged(path, error) from error


def _damaged(path: pathlib.Path, error: Exception) -> InputError:
    reason = in_one_line(error)
    return InputError(f"{path} is damaged or cut off ({reason}). Fetch it anew.")


def _unreadable(path: pathlib.Path, error: OSError) -> InputError:
    return InputError(f"{path} cannot be read ({error.strerror or error}).")


def _share(position: Callable[[], int], size: int) -> Callable[[], float]:
    return lambda: min(position() / size, 1.0) if size else 0.0


def _open_zip(path: pathlib.Path, file: BinaryIO) -> zipfile.ZipFile:
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        raise InputError(
            f"{path} is a zip archive in a pipe, where its end is not at hand: save it "
            "to a file first."
        )
    file.seek(0)
    return zipfile.ZipFile(file)


def _find_member(
    path: pathlib.Path, archive: zipfile.ZipFile, member: str | None, what: str
) -> zipfile.ZipInfo:
    infos = [info for info in archive.infolist() if not info.is_dir()]
    if member is None:
        _refuse_documents(path, archive)
        # macOS adds files of its own.
        infos = [
            i for i in infos if not re.match(r"__MACOSX/|.*\.DS_Store$", i.filename)
        ]
    names = [info.filename for info in infos]
    if member is None and len(names) != 1:
        hint = f". Name the one with the {what}: {path}:{names[0]}" if names else ""
        raise InputError(f"{path} holds {len(names):,} files{_listed(names)}{hint}")
    if member is not None and names.count(member) != 1:
        found = "two files of the name" if member in names else "no member"
        raise InputError(f"{path} has {found} {member!r}{_listed(names)}.")
    info = infos[names.index(member)] if member is not None else infos[0]
    if info.flag_bits & 1:
        raise InputError(f"{path} is locked with a password: {_UNPACK}.")
    if info.compress_type not in (
        *(zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED),
        *(zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA),
    ):
        raise InputError(f"{path} is packed in a way that is not known: {_UNPACK}.")
    return info


def _listed(names: list[str]) -> str:
    if not names:
        return ""
    more = len(names) - _MOST_NAMES
    rest = f" and {more:,} more" if more > 0 else ""
    return f" ({', '.join(names[:_MOST_NAMES])}{rest})"


def _refuse_documents(path: pathlib.Path, archive: zipfile.ZipFile) -> None:
    """Office documents are zip archives, and so are NumPy's."""
    names = set(archive.namelist())
    kind = remedy = ""
    if "[Content_Types].xml" in names:
        workbook = any(name.startswith("xl/") for name in names)
        kind, remedy = (_EXCEL, _AS_CSV) if workbook else ("a Word document", _AS_TEXT)
    elif "mimetype" in names:
        with archive.open("mimetype") as file:
            sheet = b"spreadsheet" in file.read(100)
        kind, remedy = (_SHEET, _AS_CSV) if sheet else ("a document", _AS_TEXT)
    elif names and all(name.endswith(".npy") for name in names):
        kind, remedy = "an archive of NumPy arrays", "write what it holds as text"
    if kind:
        raise InputError(f"{path} is {kind}: {remedy}.")
