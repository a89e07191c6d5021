"""Tests of seq2seq_keras.vectors: optional."""

import sys

import pytest

from seq2seq_keras.errors import InputError
from seq2seq_keras.vectors import lsa, word2vec


def test_a_missing_package_is_named_with_its_remedy(monkeypatch):
    for module in ("gensim", "gensim.models", "sklearn", "sklearn.decomposition"):
        monkeypatch.setitem(sys.modules, module, None)
    remedy = r"pip install (gensim|scikit-learn)$"
    with pytest.raises(
        InputError, match=f"Word2Vec vectors cannot be made without gensim, .*{remedy}"
    ):
        word2vec(["a b"])
    with pytest.raises(InputError, match=f"without scikit-learn, .*{remedy}"):
        lsa(["a b", "b c"])
