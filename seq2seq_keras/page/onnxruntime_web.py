"""onnxruntime for browsers, which comes from npm when a page is exported.

It is fourteen megabytes that few need, so the package does not hold it. Whatever way it
comes, it is one version, whose files are known by their sums.
"""

import hashlib
import os
import pathlib
import shutil
import subprocess
import tarfile
import tempfile
import zlib
from typing import NamedTuple

from seq2seq_keras.errors import InputError
from seq2seq_keras.untrusted import in_one_line, read_regular

ONNXRUNTIME_WEB = "1.30.0"
_PACKAGE = f"onnxruntime-web@{ONNXRUNTIME_WEB}"
_MOST_BYTES = 2**25


class _Part(NamedTuple):
    name: str  # which is of a kind that every server knows
    sha256: str


# Of one thread, which needs no headers of a server.
_PARTS = {
    "dist/ort.wasm.bundle.min.mjs": _Part(
        "onnxruntime_web.js",
        "11e64bd8ffe11bd1a2a2f0d6275fdfbbba7262f0b76b99b53d228a8a22ef3d90",
    ),
    "dist/ort-wasm-simd-threaded.wasm": _Part(
        "onnxruntime_web.wasm",
        "3398c10d07d229bd91b364548e130e0e51a8e5704b88c7c083ebbeb78842dee2",
    ),
}


LIBRARY_FILES = tuple(part.name for part in _PARTS.values())


def read_onnxruntime_web(folder: str | os.PathLike | None = None) -> dict[str, bytes]:
    """The files of onnxruntime-web that a page needs.

    Args:
        folder: Optional folder of the unpacked package, such as
            `node_modules/onnxruntime-web`. Without it npm is asked, which downloads the
            package unless it has it in its cache.

    Returns:
        A dictionary from names on the page to bytes.

    Raises:
        InputError: If there is no npm, it cannot get the package, or a file is missing
            or not that of the version that this package was tested with.
    """
    if folder is not None:
        return _read_folder(pathlib.Path(folder))
    with tempfile.TemporaryDirectory() as scratch:
        return _read_archive(_packed_by_npm(pathlib.Path(scratch)))


def _read_folder(folder: pathlib.Path) -> dict[str, bytes]:
    found = {}
    for source, part in _PARTS.items():
        path = folder / source
        try:
            content = read_regular(path, limit=_MOST_BYTES)
        except FileNotFoundError as error:
            raise InputError(
                f"{path} is missing: name the folder of the npm package {_PACKAGE}."
            ) from error
        found[part.name] = _checked(content, part, path)
    return found


def _packed_by_npm(folder: pathlib.Path) -> pathlib.Path:
    npm = shutil.which("npm")
    if npm is None:
        raise InputError(
            f"A page needs {_PACKAGE}, which comes from npm, and there is no npm here. "
            "Install Node.js, or name a folder that holds the package "
            "(`onnxruntime_web`)."
        )
    # What is in the cache is not asked for again; no script of the package runs.
    command = [npm, "pack", _PACKAGE, "--prefer-offline", "--ignore-scripts"]
    done = subprocess.run(
        command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, check=False
    )
    archives = [*folder.glob("*.tgz")]
    if done.returncode or len(archives) != 1:
        lines = done.stderr.decode("utf-8", "replace").splitlines()
        reasons = [line for line in lines if line.startswith("npm error ")]
        reason = in_one_line(OSError(" ".join(reasons[:2]) or "it does not say why"))
        raise InputError(
            f"npm cannot get {_PACKAGE} ({reason}). Name a folder that holds the "
            "package (`onnxruntime_web`)."
        )
    return archives[0]


def _read_archive(path: pathlib.Path) -> dict[str, bytes]:
    """The files, none of which is written anywhere under a name of the archive."""
    found = {}
    try:
        with tarfile.open(path) as archive:
            for source, part in _PARTS.items():
                file = archive.extractfile(f"package/{source}")
                content = file.read(_MOST_BYTES) if file else b""
                found[part.name] = _checked(content, part, source)
    except (tarfile.TarError, KeyError, EOFError, OSError, zlib.error) as error:
        raise InputError(
            f"What npm brought is not {_PACKAGE} ({in_one_line(error)}). Try: "
            "npm cache verify"
        ) from error
    return found


def _checked(content: bytes, part: _Part, path: object) -> bytes:
    if hashlib.sha256(content).hexdigest() != part.sha256:
        raise InputError(
            f"{path} is not the file of {_PACKAGE}, which is the version that this "
            "package was tested with (its SHA-256 is another). Get it with: "
            f"npm pack {_PACKAGE}"
        )
    return content
