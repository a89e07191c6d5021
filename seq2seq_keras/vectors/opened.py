"""Vector files, plain or compressed, as streams of bytes."""

import contextlib
import gzip
import io
import pathlib
import typing
import zipfile
import zlib

from seq2seq_keras.errors import InputError

_BUFFER_BYTES = 2**20
_DAMAGE = (EOFError, gzip.BadGzipFile, zipfile.BadZipFile, zlib.error)


@contextlib.contextmanager
def open_vectors(path, member=None):
    """Opens a file, and what is in it if it is compressed by gzip or zip.

    The first bytes tell, not the name.

    Args:
        path: The file.
        member: Name of the file in a zip archive that holds several.

    Yields:
        A binary stream, and a function without arguments that tells the share of it
        that was read, a float in [0, 1].

    Raises:
        InputError: If there is no such file or member, or the file is damaged.
    """
    path = pathlib.Path(path)
    if not path.is_file():
        raise InputError(f"{path}: there is no such file.")
    with path.open("rb") as file, contextlib.ExitStack() as stack:
        size = max(path.stat().st_size, 1)
        start = file.read(4)
        file.seek(0)
        if member is not None and start != b"PK\3\4":
            raise InputError(f"{path} is no zip archive and has no member {member!r}.")
        try:
            if start.startswith(b"\x1f\x8b"):
                unpacked = stack.enter_context(gzip.GzipFile(fileobj=file))
                stream = io.BufferedReader(unpacked, _BUFFER_BYTES)
                yield stream, lambda: file.tell() / size
            elif start == b"PK\3\4":
                archive = stack.enter_context(zipfile.ZipFile(file))
                info = _find_member(path, archive, member)
                entry = stack.enter_context(archive.open(info))
                reader = io.BufferedReader(typing.cast(io.RawIOBase, entry))
                yield reader, lambda: entry.tell() / max(info.file_size, 1)
            else:
                yield file, lambda: file.tell() / size
        except _DAMAGE as error:
            raise InputError(
                f"{path} is damaged or cut off ({error}). Fetch it anew."
            ) from error


def _find_member(path, archive, member):
    members = [info for info in archive.infolist() if not info.is_dir()]
    names = [info.filename for info in members]
    if member is None and len(members) != 1:
        raise InputError(
            f"{path} holds {len(members)} files: name one as `member`. There are "
            f"{', '.join(names) or 'none'}"
        )
    if member is not None and member not in names:
        raise InputError(
            f"{path} has no member {member!r}. There are {', '.join(names)}"
        )
    info = members[names.index(member)] if member is not None else members[0]
    if info.flag_bits & 1:
        raise InputError(f"{path} is locked with a password: unpack it first.")
    return info
