"""Tests of seq2seq_keras.vectors: projector, by TensorBoard's own plugin."""

import types

import numpy as np
import pytest
import scipy.sparse
from strategies import random_vectors

from seq2seq_keras.errors import InputError
from seq2seq_keras.vectors import WordVectors, export_projector


def ask(folder, **options):
    """What the projector's page would be given: the tensor and its labels."""
    plugin_module = pytest.importorskip(
        "tensorboard.plugins.projector.projector_plugin",
        reason="needs the extra `tensorboard`",
    )
    from werkzeug.test import Client

    context = types.SimpleNamespace(
        logdir=str(folder), data_provider=None, multiplexer=None
    )
    apps = plugin_module.ProjectorPlugin(context).get_plugin_apps()
    query = {"run": ".", "name": "word vectors"}
    tensor = Client(apps["/tensor"]).get(query_string=query).data
    labels = Client(apps["/metadata"]).get(query_string=query).text
    return np.frombuffer(tensor, "float32"), labels.split("\n")


def test_tensorboard_reads_what_is_written(tmp_path):
    words = ["the", "각", "a\tb", "c\nd", "", "e\u2028f"]
    matrix = np.random.default_rng(0).normal(size=(6, 3))
    vectors = WordVectors(words, matrix)
    tensor, labels = ask(export_projector(vectors, tmp_path / "new" / "folder"))
    np.testing.assert_array_equal(tensor.reshape(6, 3), vectors.matrix)
    assert labels == ["the", "각", r"a\tb", r"c\nd", '""', r"e\u2028f", ""]


def test_only_the_first_words_are_written(tmp_path):
    vectors = random_vectors(3000, 2)
    tensor, labels = ask(export_projector(vectors, tmp_path, limit=2500))
    np.testing.assert_array_equal(tensor.reshape(-1, 2), vectors.matrix[:2500])
    assert labels == [*vectors.words[:2500], ""]


def test_sparse_vectors_are_refused(tmp_path):
    sparse = WordVectors(["a"], scipy.sparse.csr_array([[1.0]]))
    with pytest.raises(InputError, match="these are sparse"):
        export_projector(sparse, tmp_path)
