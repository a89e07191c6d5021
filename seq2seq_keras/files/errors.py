"""What went wrong while a file was written, told with the file's name."""

import contextlib
import os
import pathlib
from collections.abc import Iterator


@contextlib.contextmanager
def errors_named(
    path: str | os.PathLike, *, inside: str | os.PathLike | None = None
) -> Iterator[None]:
    """Lets an `OSError` that names no file name this one.

    Args:
        path: What the user knows it as.
        inside: Optional file or folder that stands in for it until it is whole, whose
            name would tell the user nothing.
    """
    try:
        yield
    except OSError as error:
        if error.filename is not None:
            named = pathlib.Path(os.fsdecode(error.filename))
            if inside is None or not named.is_relative_to(inside):
                raise
        if error.errno is not None:
            reason = " ".join(str(error.strerror).split())
            raise OSError(error.errno, reason, str(path)) from error
        if type(error) is OSError:
            raise OSError(f"{path} could not be written: {error}") from error
        raise
