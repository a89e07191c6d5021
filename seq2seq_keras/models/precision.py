"""Which number format a processor is fast with."""

import pathlib
from typing import Literal

import tensorflow as tf

# The first NVIDIA processors with units for bfloat16 (Ampere).
_AMPERE = (8, 0)
_FAST = {"amx_bf16", "avx512_bf16"}
_PROCESSOR = pathlib.Path("/proc/cpuinfo")


def fastest_precision() -> tuple[Literal["float32", "mixed_bfloat16"], str]:
    """The number format that trains fastest here, and why.

    bfloat16 is faster than float32 where there are instructions that multiply it
    (AVX-512's or AMX's of a processor, or those of a GPU since Ampere), and slower
    where there are none. The features of the processor decide and not a measurement, so
    that the same machine always chooses the same.

    Returns:
        A pair of the name of a dtype policy and a reason for the log.

    Example:

    >>> fastest_precision()[0] in ("float32", "mixed_bfloat16")
    True
    """
    gpus = tf.config.list_physical_devices("GPU")
    if gpus:
        details = tf.config.experimental.get_device_details(gpus[0])
        fast = details.get("compute_capability", (0, 0)) >= _AMPERE
        what = "this GPU has" if fast else "this GPU has no"
    else:
        fast = not _FAST.isdisjoint(_features())
        what = "this processor has" if fast else "this processor has no"
    reason = f"{what} instructions that multiply bfloat16"
    return ("mixed_bfloat16" if fast else "float32"), reason


def _features() -> set[str]:
    """What Linux says that the processor can do; nothing elsewhere."""
    try:
        lines = _PROCESSOR.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return set()
    for line in lines:
        if line.startswith("flags"):
            return set(line.partition(":")[2].split())
    return set()
