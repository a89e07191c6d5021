"""Lines of text files, in any encoding, packed or not."""

import codecs
import itertools
import os
import sys
from collections.abc import Iterable, Iterator

from seq2seq_keras.errors import InputError, shown
from seq2seq_keras.packed import open_packed
from seq2seq_keras.terminal import named

STANDARD_INPUT = "-"
_BOM = b"\xef\xbb\xbf"
_UTF_8 = "utf-8"
# How files of other Unicode encodings begin; those of UTF-32 begin like UTF-16.
_OTHER_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)
_ENCODINGS = {
    **{"utf-8": "", "cp1252": " (Western Europe)", "cp949": " (Korean)"},
    **{"shift_jis": " (Japanese)", "gb18030": " (Chinese)", "utf-16": ""},
    "utf-16-le": " (without a mark)",
}


def read_lines(path: str | os.PathLike, *, encoding: str = _UTF_8) -> Iterator[str]:
    r"""Reads a text file line by line, however large it is.

    A line ends with `\n` or `\r\n` and nothing else: U+2028 and its kin are part of
    the text. A byte order mark at the start is dropped. Packed files (gzip, xz, bz2,
    zstandard, zip) are read as they are, whatever they are called.

    Args:
        path: The file, or a pipe such as `/dev/stdin`; "-" for standard input;
            `FILE:MEMBER` for one file of a zip archive.
        encoding: What the text is written in, any that Python knows, such as "cp949"
            or "utf-16". Defaults to UTF-8.

    Yields:
        The lines, without their ends.

    Raises:
        InputError: If the file is missing, a folder, empty, damaged, in another
            encoding or holds a NUL byte; the message names the file, the line and the
            byte.

    Example:

    >>> import pathlib, tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp(), "text.txt")
    >>> _ = path.write_bytes(b"one\r\ntwo\xe2\x80\xa8too\n")
    >>> list(read_lines(path))
    ['one', 'two\u2028too']
    """
    if os.fspath(path) == STANDARD_INPUT:
        yield from _standard_input(encoding)
        return
    with open_packed(path, pipes=True) as (file, _):
        yield from decode_lines(file, path, encoding=encoding)


def _standard_input(encoding: str) -> Iterator[str]:
    if sys.stdin is None:
        raise InputError("Standard input is closed. Name a file.")
    with named("standard input"):
        yield from decode_lines(sys.stdin.buffer, "standard input", encoding=encoding)


def decode_lines(
    file: Iterable[bytes],
    name: str | os.PathLike,
    *,
    encoding: str = _UTF_8,
    errors: str = "strict",
) -> Iterator[str]:
    """Does the work of `read_lines` for an open binary file.

    Args:
        file: A binary file or anything that yields bytes line by line.
        name: What messages call the file.
        encoding: What the text is written in.
        errors: What becomes of bytes that are no text, as of `bytes.decode`; with
            "surrogateescape" they can be told from all that is.

    Yields:
        The lines, without their ends.
    """
    kind = check_encoding(encoding)
    decode = _decode_utf_8 if kind in ("utf-8", "utf-8-sig") else _decode
    is_empty = True
    for line in decode(file, name, kind, errors):
        is_empty = False
        yield line
    if is_empty:
        raise InputError(f"{name}: the file is empty.")


def check_encoding(encoding: str) -> str:
    """The name that Python has for an encoding, or an `InputError` if it has none."""
    try:
        "".encode(encoding)
    except (LookupError, ValueError) as error:
        raise InputError(
            "`encoding` must be one that Python knows, such as utf-8, cp949 or "
            f"latin-1. Received: encoding={shown(encoding)}"
        ) from error
    return codecs.lookup(encoding).name


def _decode_utf_8(
    file: Iterable[bytes], name: str | os.PathLike, _: str, errors: str
) -> Iterator[str]:
    for number, raw in enumerate(file, start=1):
        before = 0
        if number == 1:
            _check_mark(raw, name)
            before = len(_BOM) if raw.startswith(_BOM) else 0
        line = (
            raw[before:-1].removesuffix(b"\r") if raw.endswith(b"\n") else raw[before:]
        )
        if b"\0" in line:
            raise _nul(name, number, before + line.index(0), _UTF_8)
        try:
            yield line.decode("utf-8", errors)
        except UnicodeDecodeError as error:
            raise InputError(
                f"{name}, line {number}: byte {before + error.start + 1} of the line "
                f"(0x{line[error.start]:02x}) is not valid UTF-8. "
                + _others_than(_UTF_8)
            ) from error


def _check_mark(start: bytes, name: str | os.PathLike) -> None:
    if start.startswith(_OTHER_MARKS):
        kind = "utf-32" if b"\0\0" in start[:4] else "utf-16"
        raise InputError(
            f"{name}, line 1: this is {kind.upper()}, not UTF-8: `--encoding {kind}`."
        )


def _decode(
    file: Iterable[bytes], name: str | os.PathLike, encoding: str, errors: str
) -> Iterator[str]:
    """Lines of text whose line feeds may be several bytes, or a state."""
    decoder = codecs.getincrementaldecoder(encoding)(errors)
    number, rest = 1, ""
    for raw in itertools.chain(file, [b""]):
        try:
            text = decoder.decode(raw, final=not raw)
        except UnicodeError as error:
            raise InputError(
                f"{name}, line {number}: not valid {encoding} ({error}). "
                f"{_others_than(encoding)}"
            ) from error
        *lines, rest = (rest + text).split("\n")
        for line in lines:
            yield _checked(line.removesuffix("\r"), name, number, encoding)
            number += 1
    if rest:
        yield _checked(rest, name, number, encoding)


def _checked(line: str, name: str | os.PathLike, number: int, encoding: str) -> str:
    if "\0" in line:
        raise _nul(name, number, line.index("\0"), encoding)
    return line.removeprefix("\ufeff") if number == 1 else line


def _nul(name: str | os.PathLike, number: int, place: int, encoding: str) -> InputError:
    return InputError(
        f"{name}, line {number}: NUL byte at byte {place + 1} of the line. Is this a "
        f"text file? Remove the byte. {_others_than(encoding)}"
    )


def _others_than(encoding: str) -> str:
    """Which encodings a file may have that has not this one."""
    first, *others = (
        f"{name}`{about}" for name, about in _ENCODINGS.items() if name != encoding
    )
    listed = ", ".join([f"`--encoding {first}", *(f"`{other}" for other in others)])
    return f"If it is in another encoding, name that: {listed}."
