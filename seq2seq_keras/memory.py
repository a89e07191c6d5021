"""How much memory is free, so that what cannot fit is refused before it is tried."""

import os
import pathlib
from collections.abc import Iterator

from seq2seq_keras.errors import InputError

_GIGABYTE = 1e9
_CGROUPS = pathlib.Path("/sys/fs/cgroup")


def check_memory(needed: float, what: str, remedy: str) -> None:
    """Refuses what needs more memory than there is.

    Args:
        needed: Bytes, rather too few than too many.
        what: What needs them, the beginning of the message.
        remedy: What to do about it, its end.

    Raises:
        InputError: If fewer bytes are free.
    """
    free = free_memory()
    if free is not None and needed > free:
        raise InputError(
            f"{what} would need about {needed / _GIGABYTE:,.1f} GB of memory, and "
            f"{free / _GIGABYTE:,.1f} GB are free. {remedy}"
        )


def free_memory() -> float | None:
    """The bytes this process may still take; `None` where the system does not say."""
    return min([*_of_machine(), *_of_cgroups()], default=None)


def memory_share() -> int:
    """A quarter of the machine's memory, since Keras makes copies of what it reads."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 4
    except (AttributeError, ValueError, OSError):  # not on Windows
        return 2**32


def _of_machine() -> Iterator[float]:
    for line in _lines("/proc/meminfo"):
        if line.startswith("MemAvailable:"):
            yield 1024 * float(line.split()[1])
            return
    # Elsewhere only the size of all memory is known.
    names = getattr(os, "sysconf_names", {})
    if {"SC_PHYS_PAGES", "SC_PAGE_SIZE"} <= names.keys():
        yield float(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))


def _of_cgroups() -> Iterator[float]:
    """What the control groups of a container leave, of either version."""
    for line in _lines("/proc/self/cgroup"):
        _, controllers, path = line.split(":", 2)
        if controllers == "memory":
            root, limit, used = _CGROUPS / "memory", "limit_in_bytes", "usage_in_bytes"
        elif not controllers:
            root, limit, used = _CGROUPS, "max", "current"
        else:
            continue
        # A group has no more than those around it leave; seen from within a container
        # its own is the root.
        own = root / path.lstrip("/")
        for folder in [own, *own.parents][: len(own.parts) - len(root.parts) + 1]:
            numbers = [_number(folder / f"memory.{name}") for name in (limit, used)]
            if None not in numbers:
                cached = _cached(folder / "memory.stat")
                yield numbers[0] - numbers[1] + cached  # type: ignore[operator]


def _cached(path: pathlib.Path) -> float:
    """Bytes of files that are kept as long as nobody needs the room."""
    found = dict(line.split(" ", 1) for line in _lines(path) if " " in line)
    # In version 1 the first is of a group with those in it, as what it uses is.
    names = ("total_inactive_file", "inactive_file")
    return float(next((found[name] for name in names if name in found), 0))


def _number(path: pathlib.Path) -> float | None:
    text = "".join(_lines(path))
    return float(text) if text.isdecimal() else None  # "max" is no limit


def _lines(path: str | os.PathLike) -> list[str]:
    try:
        return pathlib.Path(path).read_text(encoding="ascii").splitlines()
    except (OSError, ValueError):
        return []
