"""HDF5 files from anyone: plain numbers, all of them inside of the file."""

import io
import math
from collections.abc import Iterator

import h5py

from seq2seq_keras.errors import InputError
from seq2seq_keras.untrusted import in_one_line


def count_numbers(content: bytes, damaged: str) -> int:
    """The numbers that a file of weights holds, all of them within it.

    Args:
        content: The bytes of the file.
        damaged: How a message begins: which file is damaged.

    Returns:
        An integer.

    Raises:
        InputError: If it is no such file, names others by links, holds something else
            than numbers, or claims that it or a chunk of it is larger than it is.
    """
    count = size = 0
    try:
        with h5py.File(io.BytesIO(content), "r") as file:
            for dataset in _datasets(file):
                outside = dataset.external or dataset.is_virtual
                if outside or dataset.dtype.kind not in "fiubV":
                    raise ValueError(f"{dataset.name} holds no plain numbers")
                # Reading one number takes the memory of its chunk, whose size the file
                # claims.
                chunk = math.prod(dataset.chunks or [0]) * dataset.dtype.itemsize
                if chunk > len(content):
                    raise ValueError(
                        f"{dataset.name} has chunks of {chunk:,} bytes in a file of "
                        f"{len(content):,}"
                    )
                # A byte may hold two weights of four bits.
                per_number = 2 if dataset.dtype.itemsize == 1 else 1
                count += per_number * (dataset.size or 0)
                size += dataset.nbytes
    except Exception as error:
        raise InputError(f"{damaged} ({in_one_line(error)}).") from error
    if size > len(content):
        raise InputError(
            f"{damaged} claims to hold {size:,} bytes of weights in {len(content):,}."
        )
    return count


def _datasets(file: h5py.File) -> Iterator[h5py.Dataset]:
    waiting, seen = [file["/"]], set()
    while waiting:
        group = waiting.pop()
        address = h5py.h5o.get_info(group.id).addr
        if address in seen:
            raise ValueError(f"{group.name} stands in it twice")
        seen.add(address)
        for name in group:
            if not isinstance(group.get(name, getlink=True), h5py.HardLink):
                raise ValueError(f"{name} is a link")
            part = group[name]
            if isinstance(part, h5py.Group):
                waiting.append(part)
            elif isinstance(part, h5py.Dataset):
                yield part
            else:
                raise ValueError(f"{name} is neither weights nor a group")
