"""What the page runs on comes from npm or from a folder, in one version."""

import gzip
import hashlib
import io
import pathlib
import subprocess
import sys
import tarfile
import zlib

import pytest

from seq2seq_keras.errors import InputError
from seq2seq_keras.page import read_onnxruntime_web

onnxruntime_web = sys.modules[read_onnxruntime_web.__module__]

FILES = {
    "dist/ort.wasm.bundle.min.mjs": b"script",
    "dist/ort-wasm-simd-threaded.wasm": b"code",
}


@pytest.fixture
def other_sums(monkeypatch):
    """The files of `FILES` are taken for the right ones."""
    parts = {
        name: part._replace(sha256=hashlib.sha256(FILES[name]).hexdigest())
        for name, part in onnxruntime_web._PARTS.items()
    }
    monkeypatch.setattr(onnxruntime_web, "_PARTS", parts)


@pytest.fixture
def npm(monkeypatch):
    """What npm is asked; it packs `FILES` unless told otherwise."""
    asked = []

    def run(command, cwd, **options):
        asked.append(command)
        if npm.failure:
            return subprocess.CompletedProcess(command, 1, b"", npm.failure)
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w") as archive:
            for name, content in npm.files.items():
                member = tarfile.TarInfo(f"package/{name}")
                member.size = len(content)
                archive.addfile(member, io.BytesIO(content))
        pathlib.Path(cwd, "it.tgz").write_bytes(npm.compress(packed.getvalue()))
        return subprocess.CompletedProcess(command, 0, b"it.tgz\n", b"")

    told = {"failure": b"", "files": FILES, "compress": gzip.compress}
    npm = type("Npm", (), {"asked": asked, **told})
    monkeypatch.setattr(onnxruntime_web.shutil, "which", lambda name: "/bin/npm")
    monkeypatch.setattr(onnxruntime_web.subprocess, "run", run)
    return npm


def write(folder, files=FILES):
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
    return folder


def test_npm_packs_it_without_running_scripts(npm, other_sums):
    found = read_onnxruntime_web()
    assert found == {"onnxruntime_web.js": b"script", "onnxruntime_web.wasm": b"code"}
    [command] = npm.asked
    assert command[:3] == ["/bin/npm", "pack", "onnxruntime-web@1.30.0"]
    assert "--ignore-scripts" in command


def test_a_folder_takes_the_place_of_npm(npm, other_sums, tmp_path):
    found = read_onnxruntime_web(write(tmp_path))
    assert found["onnxruntime_web.wasm"] == b"code"
    assert not npm.asked


def test_without_npm_and_folder_there_is_no_page(monkeypatch):
    monkeypatch.setattr(onnxruntime_web.shutil, "which", lambda name: None)
    with pytest.raises(InputError, match=r"there is no npm here\. Install Node"):
        read_onnxruntime_web()


def test_what_npm_says_is_told_in_one_line(npm):
    npm.failure = (
        b"npm warn old\nnpm error code ENOTFOUND\nnpm error \x1b[1mno network\n"
    )
    with pytest.raises(InputError, match="npm error code ENOTFOUND npm error") as told:
        read_onnxruntime_web()
    assert "\n" not in str(told.value)
    assert "\x1b" not in str(told.value)


@pytest.mark.parametrize("name", FILES)
def test_files_of_another_version_are_refused(npm, other_sums, tmp_path, name):
    npm.files = {**FILES, name: b"other"}
    for folder in (None, write(tmp_path, npm.files)):
        with pytest.raises(InputError, match="is not the file of onnxruntime-web@1"):
            read_onnxruntime_web(folder)


def damaged(content):
    """Half of it, and a block of a kind that there is not."""
    compressor = zlib.compressobj(wbits=31)  # with the header of gzip
    half = compressor.compress(content[: len(content) // 2])
    return half + compressor.flush(zlib.Z_FULL_FLUSH) + b"\x07"


def test_a_damaged_archive_is_what_npm_should_not_have_brought(npm):
    npm.files = {name: bytes(2**16) for name in FILES}
    npm.compress = damaged
    with pytest.raises(
        InputError, match=r"is not onnxruntime-web@.*invalid block type"
    ):
        read_onnxruntime_web()


def test_a_file_that_is_missing_is_named(npm, tmp_path):
    npm.files = {}
    with pytest.raises(InputError, match="What npm brought is not onnxruntime-web@"):
        read_onnxruntime_web()
    with pytest.raises(InputError, match=r"ort\.wasm\.bundle\.min\.mjs is missing"):
        read_onnxruntime_web(tmp_path)
