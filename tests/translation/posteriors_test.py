"""The attention of what was found is its alignment given the whole of it."""

import keras
import numpy as np
import pytest

from seq2seq_keras.layers import HardAttention
from seq2seq_keras.models import build_model
from seq2seq_keras.text import CharacterTokenizer
from seq2seq_keras.translation import Translator

TEXTS = ["abcab", "", "c"]
SEARCHES = {
    "greedy": {},
    "beam": {"beam_width": 3, "n_best": 3},
    "samples": {"sample": True, "n_best": 2, "seed": 1},
}


def make_models(tokenizer, count):
    for number in range(count):
        model = build_model(
            *[tokenizer.vocabulary_size] * 2,
            **{"units": 8, "embedding_dim": 6, "attention": "hard"},
            **{"monotonic": True, "order": 1},
        )
        random = np.random.default_rng(number)
        model.set_weights([random.normal(size=w.shape) for w in model.get_weights()])
        yield model


def alignment(model, tokenizer, text, token_ids):
    states = model.encode(np.array([[*tokenizer.tokenize(text), 3]]))
    given = np.array([[2, *token_ids[:-1]]])
    weights = model.align(given, np.array([token_ids]), states)
    return keras.ops.convert_to_numpy(weights)[0]


@pytest.mark.parametrize(
    "count",
    [
        pytest.param(1, id="a model"),
        pytest.param(2, id="an ensemble", marks=pytest.mark.slow),
    ],
)
def test_what_was_found_is_aligned_as_a_whole(count, without_graphs):
    tokenizer = CharacterTokenizer.fit(["abc"])
    models = list(make_models(tokenizer, count))
    translator = Translator(models[0], tokenizer, tokenizer, max_length=6)
    if count > 1:
        others = [Translator(m, tokenizer, tokenizer, max_length=6) for m in models[1:]]
        translator = Translator.ensemble([translator, *others])
    ids = {token: number for number, token in enumerate(tokenizer.vocabulary)}
    for search in SEARCHES.values():
        with without_graphs():
            results = translator.decode(TEXTS, **search)
        for text, result in zip(TEXTS, results, strict=True):
            for found in result.hypotheses:
                if not text:
                    continue
                written = [ids[token] for token in found.tokens]
                expected = np.mean(
                    [alignment(m, tokenizer, text, written) for m in models], axis=0
                )
                np.testing.assert_allclose(found.attention, expected, atol=1e-5)


def test_they_are_as_wide_as_the_longest_source(without_graphs):
    """Of several texts a search has more columns, which are none of theirs."""
    tokenizer = CharacterTokenizer.fit(["abcd"])
    [model] = make_models(tokenizer, 1)
    translator = Translator(model, tokenizer, tokenizer, max_length=6)
    texts = ["abcd", "ab"]  # with `<eos>` five tokens, which are searched as eight
    with without_graphs():
        tokens = translator.graph.split(texts)
        search = translator.graph.searcher(translator.search)
        found = search({"source_tokens": tokens})
        assert found["source_tokens"].shape == (2, 5)
        assert found["attention"].shape[-1] == 5
        plain = translator.translate(texts)
        replaced = translator.translate(texts, replace_unknown=True)
    assert len(plain) == len(replaced) == 2


def test_a_layer_with_a_small_readout_is_saved_and_loaded(tmp_path):
    tokenizer = CharacterTokenizer.fit(["".join(map(chr, range(0x4E00, 0x4E00 + 300)))])
    size = tokenizer.vocabulary_size
    options = {"units": 32, "embedding_dim": 2, "cell": "rnn"}
    model = build_model(size, size, **options, attention=HardAttention(2, size))
    Translator(model, tokenizer, tokenizer).save(tmp_path / "model")
    loaded = Translator.load(tmp_path / "model").model
    for mine, its in zip(model.get_weights(), loaded.get_weights(), strict=True):
        np.testing.assert_array_equal(mine, its)
