"""Reading the lines of a text file, or saying exactly why not."""

import pathlib

from seq2seq_keras.errors import InputError

_BOM = b"\xef\xbb\xbf"


def read_lines(path):
    r"""Reads a UTF-8 file line by line, however large it is.

    A line ends with `\n` or `\r\n` and nothing else: U+2028 and its kin are part of
    the text. A byte order mark at the start is dropped.

    Args:
        path: The file, or a pipe such as `/dev/stdin`.

    Yields:
        The lines, without their ends.

    Raises:
        InputError: If the file is missing, a folder, empty, not UTF-8 or holds a NUL
            byte; the message names the file, the line and the byte.

    Example:

    >>> import tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp(), "text.txt")
    >>> _ = path.write_bytes(b"one\r\ntwo\xe2\x80\xa8too\n")
    >>> list(read_lines(path))
    ['one', 'two\u2028too']
    """
    path = pathlib.Path(path)
    if path.is_dir():
        raise InputError(f"{path} is a folder, not a file.")
    if not path.exists():
        raise InputError(f"{path}: there is no such file.")
    with path.open("rb") as file:
        yield from decode_lines(file, path)


def decode_lines(file, name):
    """Does the work of `read_lines` for an open binary file.

    Args:
        file: A binary file or anything that yields bytes line by line.
        name: What messages call the file.

    Yields:
        The lines, without their ends.
    """
    number = 0
    for number, raw in enumerate(file, start=1):
        first_byte = 1
        if number == 1 and raw.startswith(_BOM):
            raw = raw.removeprefix(_BOM)
            first_byte += len(_BOM)
        line = raw[:-1].removesuffix(b"\r") if raw.endswith(b"\n") else raw
        if b"\0" in line:
            raise InputError(
                f"{name}, line {number}: NUL byte at byte "
                f"{first_byte + line.index(0)} of the line. Is this a text file? "
                "Remove the byte or save it as UTF-8."
            )
        try:
            yield line.decode("utf-8")
        except UnicodeDecodeError as error:
            raise InputError(
                f"{name}, line {number}: byte {first_byte + error.start} of the "
                f"line (0x{line[error.start]:02x}) is not valid UTF-8. Save the file "
                "as UTF-8."
            ) from error
    if number == 0:
        raise InputError(f"{name}: the file is empty.")
