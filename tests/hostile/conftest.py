"""A saved folder to alter, and what alters and signs it as its writer could."""

import hashlib
import io
import json
import pathlib
import shutil
import warnings
import zipfile

import h5py
import keras
import numpy as np
import pytest
from keras.src.saving import saving_lib

from seq2seq_keras.errors import InputError
from seq2seq_keras.models import build_model
from seq2seq_keras.text import WordTokenizer
from seq2seq_keras.translation import Translator


class Folder:
    """A copy of a saved translator whose sums follow what is done to it."""

    def __init__(self, path: pathlib.Path) -> None:
        self.path = path

    def refuse(self, message):
        """Loading it is one line that names the file, and no warning beside it."""
        with (
            warnings.catch_warnings(record=True) as warned,
            pytest.raises(InputError, match=message) as refused,
        ):
            warnings.simplefilter("always")
            Translator.load(self.path)
        assert not warned
        assert "\n" not in str(refused.value)
        assert str(self.path) in str(refused.value)
        assert len(str(refused.value)) < 1000

    def alter_json(self, name, change):
        """Calls `change` with what a JSON file holds and writes it back."""
        path = self.path / name
        content = json.loads(path.read_bytes())
        changed = change(content)
        path.write_text(json.dumps(content if changed is None else changed))
        if name != "config.json":
            self.sign()

    def alter_members(self, change, pack=zipfile.ZIP_STORED):
        """Calls `change` with the files in `model.keras` and packs them again."""
        path = self.path / "model.keras"
        with zipfile.ZipFile(path) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
        change(members)
        with zipfile.ZipFile(path, "w", pack) as archive:
            for name, content in members.items():
                archive.writestr(name, content)
        self.sign()

    def alter_model(self, change):
        """Calls `change` with the configuration of the model."""

        def alter(members):
            config = json.loads(members["config.json"])
            changed = change(config)
            config = config if changed is None else changed
            members["config.json"] = json.dumps(config).encode()

        self.alter_members(alter)

    def alter_weights(self, change):
        """Calls `change` with the open file of the weights."""

        def alter(members):
            buffer = io.BytesIO(members["model.weights.h5"])
            with h5py.File(buffer, "r+") as file:
                change(file)
            members["model.weights.h5"] = buffer.getvalue()

        self.alter_members(alter)

    def sign(self):
        """Brings the sums of the three files up to date."""
        path = self.path / "config.json"
        config = json.loads(path.read_bytes())
        for name in config["sha256"]:
            content = (self.path / name).read_bytes()
            config["sha256"][name] = hashlib.sha256(content).hexdigest()
        path.write_text(json.dumps(config))


@pytest.fixture(scope="session")
def saved_small(tmp_path_factory):
    """A translator with attention, not trained: nothing here asks what it says."""
    keras.utils.set_random_seed(0)
    tokenizers = WordTokenizer.fit(["a b c d"]), WordTokenizer.fit(["e f g"])
    sizes = (tokenizer.vocabulary_size for tokenizer in tokenizers)
    model = build_model(*sizes, units=8, embedding_dim=6, attention="luong")
    model.set_weights([np.ones(w.shape, w.dtype) for w in model.get_weights()])
    translator = Translator(model, *tokenizers, max_length=5)
    return translator.save(
        tmp_path_factory.mktemp("small") / "model", scores={"bleu": 1.0}
    )


@pytest.fixture
def folder(saved_small, tmp_path):
    return Folder(shutil.copytree(saved_small, tmp_path / "model"))


@pytest.fixture
def never_built(monkeypatch):
    """Fails the test if Keras is asked to build a model."""

    def fail(*arguments, **options):
        pytest.fail("Keras was asked to build a model")

    monkeypatch.setattr(saving_lib, "load_model", fail)
