"""Saved folders altered at random, from a seed: read right, or refused in one line."""

import contextlib
import hashlib
import io
import json
import pathlib
import random
import resource
import shutil
import sys
import time
import warnings
import zipfile

import pytest
from keras.src.saving import saving_lib

from seq2seq_keras.errors import InputError
from seq2seq_keras.translation import Translator

JSON_FILES = ("config.json", "scores.json", "source_tokenizer.json")
FILES = (*JSON_FILES, "target_tokenizer.json", "model.keras")
MEMBERS = ("config.json", "model.weights.h5")
VALUES = [
    *(None, True, False, 0, -1, 1, 2**31, 10**12, 10**40, 0.5, 1e308, "", "1", "NFC"),
    *("lstm", "a" * 5000, "os:_exit", "a>b", "\x1b[2J", "../../etc/passwd", "한"),
    *([], {}, [[]], {"": {}}, [1, 2], ["a"], ["a"] * 1000, {"a": 1}),
    *({"class_name": "Lambda", "config": {}}, {"config": None, "class_name": 1}),
    *({"registered_name": "a"}, {"class_name": "__numpy__", "config": {}}),
]
NAMES = [
    *("", "class_name", "config", "module", "registered_name", "units", "cell"),
    *("seed", "name", "layers", "__proto__", "a" * 5000, "한"),
]
# Audit hooks stay for ever: this one listens while a test asks it to.
OPENED: list[list[str]] = []


def _listen(event, arguments):
    if OPENED and event == "open" and isinstance(arguments[0], str):
        OPENED[-1].append(arguments[0])


@pytest.fixture(scope="module")
def listening():
    """A context in which the names of files that are opened are collected."""
    sys.addaudithook(_listen)

    @contextlib.contextmanager
    def listen():
        OPENED.append([])
        try:
            yield OPENED[-1]
        finally:
            OPENED.pop()

    return listen


def places(content):
    """Every table or list in some JSON, with every key of it."""
    waiting = [content]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict | list):
            keys = list(part) if isinstance(part, dict) else range(len(part))
            for key in keys:
                yield part, key
                waiting.append(part[key])


def alter_json(draw, content):
    """Puts another value or name in one or two places, or takes one away."""
    content = json.loads(content)
    for _ in range(draw.choice([1, 1, 2])):
        part, key = draw.choice([*places({"": content})])
        what = draw.random()
        if what < 0.7 or isinstance(part, list):
            part[key] = draw.choice(VALUES)
        elif what < 0.85:
            del part[key]
        else:
            part[draw.choice(NAMES)] = draw.choice([part[key], draw.choice(VALUES)])
    text = json.dumps(content)
    if draw.random() < 0.1:
        text = text.replace("{", '{"' + draw.choice(NAMES) + '": [], ', 1)
    return text.encode()


def alter_bytes(draw, content):
    """Flips bits, cuts, doubles, or puts something else in between."""
    content, what = bytearray(content), draw.random()
    place = draw.randrange(len(content))
    if what < 0.5:
        for _ in range(draw.choice([1, 1, 1, 5, 50])):
            content[draw.randrange(len(content))] ^= 1 << draw.randrange(8)
    elif what < 0.65:
        del content[place:]
    elif what < 0.8:
        del content[place : place + draw.choice([1, 4, 100])]
    elif what < 0.9:
        content[place:place] = draw.randbytes(draw.choice([1, 8, 1000]))
    else:
        content += content[place:]
    return bytes(content)


def alter_archive(draw, content):
    """Alters a member and packs again."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    name = draw.choice(MEMBERS)
    is_text = name == "config.json" and draw.random() < 0.9
    members[name] = (alter_json if is_text else alter_bytes)(draw, members[name])
    packed = io.BytesIO()
    pack = draw.choice([zipfile.ZIP_STORED] * 9 + [zipfile.ZIP_DEFLATED])
    with zipfile.ZipFile(packed, "w", pack) as archive:
        for name, member in members.items():
            archive.writestr(name, member)
    return packed.getvalue()


def alter(draw, files):
    """Some files of a folder, altered; with right sums more often than not."""
    name = draw.choice(FILES)
    change = alter_archive if name == "model.keras" else alter_json
    change = draw.choice([change, change, alter_bytes])
    altered = {name: change(draw, files[name])}
    if name in ("scores.json", "config.json") or draw.random() < 0.3:
        return altered
    config = json.loads(files["config.json"])
    config["sha256"][name] = hashlib.sha256(altered[name]).hexdigest()
    return {**altered, "config.json": json.dumps(config).encode()}


def is_of_a_library(path):
    return path.startswith((sys.prefix, sys.base_prefix, "/usr/lib", "/proc", "/sys"))


def load(folder, listening):
    """Loads a folder, which ends as it may: with a translator, or one line."""
    before = time.process_time()
    with warnings.catch_warnings(), listening() as opened:
        warnings.simplefilter("ignore", UserWarning)  # of an edit, another version
        try:
            Translator.load(folder)
            is_read = True
        except InputError as error:
            is_read = False
            assert str(folder) in str(error)
            assert len(str(error).splitlines()) == 1
            assert len(str(error)) < 2000
    assert time.process_time() - before < 10
    package = str(pathlib.Path(__file__).parents[2])
    inside = (str(folder), package)
    assert not [p for p in opened if not (p.startswith(inside) or is_of_a_library(p))]
    return is_read


def run(saved, tmp_path, listening, seeds):
    folder = shutil.copytree(saved, tmp_path / "model")
    files = {name: (folder / name).read_bytes() for name in FILES}
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    read = 0
    for seed in seeds:
        altered = alter(random.Random(seed), files)
        for name, content in altered.items():
            (folder / name).write_bytes(content)
        try:
            read += load(folder, listening)
        except BaseException as error:
            error.add_note(f"seed {seed}: {sorted(altered)}")
            raise
        for name in altered:
            (folder / name).write_bytes(files[name])
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory
    assert grown < 2**20  # kilobytes
    assert 0 < read < len(seeds)


def test_altered_folders_are_read_or_refused(
    saved_small, tmp_path, listening, monkeypatch
):
    """Without the time that Keras takes to build what was let through."""
    model = Translator.load(saved_small).model
    monkeypatch.setattr(saving_lib, "load_model", lambda *_, **__: model)
    run(saved_small, tmp_path, listening, range(200))


def test_some_altered_folders_are_built_or_refused(saved_small, tmp_path, listening):
    run(saved_small, tmp_path, listening, range(1000, 1020))


@pytest.mark.slow
def test_thousands_of_altered_folders_are_built_or_refused(
    saved_small, tmp_path, listening
):
    run(saved_small, tmp_path, listening, range(10_000, 12_000))
