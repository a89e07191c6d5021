"""Graphs of searches that nobody keeps any more give their memory back."""

import gc
import weakref

import pytest

from seq2seq_keras.models import build_model
from seq2seq_keras.text import WordTokenizer
from seq2seq_keras.translation import Translator


def translator_of(**options):
    tokenizer = WordTokenizer.fit(["a b c"])
    size = tokenizer.vocabulary_size
    model = build_model(size, size, units=4, embedding_dim=4, **options)
    return Translator(model, tokenizer, tokenizer)


@pytest.mark.parametrize(
    "options",
    [
        {"cell": "lstm", "bidirectional": True, "attention": "bahdanau"},
        {"cell": "gru", "attention": "luong", "input_feeding": True, "copy": True},
    ],
    ids=["lstm", "gru"],
)
def test_a_search_that_is_dropped_is_freed(options):
    translator = translator_of(**options)
    translator.graph.keep_searchers(1)

    def traced(**search):
        searcher = translator.graph.searcher(translator.search.replace(**search))
        return weakref.ref(searcher.get_concrete_function().graph)

    first, second = traced(beam_width=1), traced(beam_width=2)
    gc.collect()
    assert first() is None
    assert second() is not None


def test_a_translator_that_is_dropped_is_freed():
    translator = translator_of()
    translator.translate(["a b"])
    freed = [weakref.ref(translator), weakref.ref(translator.model)]
    del translator
    gc.collect()
    assert [each() for each in freed] == [None, None]
