"""Models of every kind are exported, as ONNX and for LiteRT, and translate as before.

Searched for step by step with the graph of one step, with the graph of the whole
search, and by TensorFlow.
"""

import keras
import numpy as np
import pytest

from seq2seq_keras.errors import InputError
from seq2seq_keras.models import build_model, copy_model
from seq2seq_keras.runtime import Translator as RuntimeTranslator
from seq2seq_keras.special_tokens import END_ID, START_ID
from seq2seq_keras.text import (
    CharacterTokenizer,
    FeaturesTokenizer,
    SubwordTokenizer,
    WordTokenizer,
)
from seq2seq_keras.translation import Translator

TEXTS = ["a b c", "c zzz d a", "", "b", "d d d d c a b", "X;Y\tc a", "Y\tb b", "X\t"]
OPTIONS = {
    "lstm": {"reverse_source": True, "bridge": "dense", "tie_embeddings": True},
    "gru, layers": {
        **{"cell": "gru", "num_layers": 2, "bidirectional": True, "residual": True},
        "layer_normalization": True,
    },
    "rnn": {"cell": "rnn", "bridge": "zero", "feed_context": True},
    "context, layers": {"feed_context": True, "num_layers": 2, "cell": "gru"},
    "luong": {"attention": "luong", "bidirectional": True, "encode_end": False},
    "luong dot": {"attention": "luong", "attention_score": "dot", "cell": "gru"},
    "luong concat": {"attention": "luong", "attention_score": "concat"},
    "input feeding": {"attention": "luong", "input_feeding": True, "num_layers": 2},
    "bahdanau": {"attention": "bahdanau", "cell": "gru", "bidirectional": True},
    "bahdanau layers": {
        **{"attention": "bahdanau", "num_layers": 3, "residual": True},
        **{"dropout": 0.5, "recurrent_dropout": 0.5, "variational_dropout": True},
    },
    "conditional": {
        **{"attention": "bahdanau", "decoder": "conditional", "num_layers": 2},
    },
    "deep output": {"attention": "luong", "deep_output": True},
    "hard": {"attention": "hard", "tie_embeddings": True, "cell": "gru"},
    "hard, monotonic": {
        **{"attention": "hard", "monotonic": True, "order": 1, "num_layers": 2},
    },
    "coverage": {"attention": "luong", "coverage": True, "share_embeddings": True},
    "copy": {"attention": "luong", "copy": True, "tie_embeddings": True},
    "every attention": {
        **{"attention": "bahdanau", "coverage": True, "copy": True, "num_layers": 2},
        **{"reverse_source": True, "bridge": "dense"},
    },
    "features": {
        **{"features_encoder": "recurrent", "bidirectional": True, "copy": True},
        "attention": "luong",
    },
    "features attended to": {
        **{"features_encoder": "linear", "attend_features": True, "cell": "gru"},
        **{"attention": "bahdanau", "reverse_source": True},
    },
    "features, hard": {
        **{"features_encoder": "sum", "attention": "hard", "monotonic": True},
    },
    "float16": {"precision": "mixed_float16", "attention": "luong"},
    "bfloat16": {"precision": "mixed_bfloat16", "attention": "bahdanau"},
}
KINDS = {
    "words": WordTokenizer,
    "characters": CharacterTokenizer,
    "subwords": SubwordTokenizer,
}
CASES = [(name, "words") for name in OPTIONS] + [("luong", kind) for kind in KINDS]
SLOW = [
    pytest.param(name, kind, form, id=f"{name}, {kind}, {form}", marks=pytest.mark.slow)
    for form in ("onnx", "litert")
    for name, kind in dict.fromkeys(CASES)
    # LiteRT has none of it, and that is said.
    if not (form == "litert" and OPTIONS[name].get("attention") == "hard")
]


@pytest.fixture
def make_translator():
    """A function that makes an untrained translator whose logits differ clearly."""

    def make(options, kind="words"):
        keras.utils.set_random_seed(3)
        tokenizers: list = [KINDS[kind].fit(["a b c d"]) for _ in range(2)]
        if "features_encoder" in options:
            tokenizers[0] = FeaturesTokenizer(tokenizers[0], ["X", "Y"])
            options = {**options, "features_vocabulary_size": 2}
        sizes = [tokenizer.vocabulary_size for tokenizer in tokenizers]
        model = build_model(*sizes, units=8, embedding_dim=8, **options)
        for weight in model.trainable_variables:
            weight.assign(2.0 * weight)
        return Translator(model, *tokenizers, max_length=7)

    return make


@pytest.mark.parametrize(("options", "kind", "form"), SLOW)
def test_a_model_translates_as_before(
    make_translator, assert_alike, tmp_path, options, kind, form
):
    translator = make_translator(OPTIONS[options], kind)
    exported = RuntimeTranslator.load(
        translator.export(tmp_path / "exported", format=form), threads=1
    )
    searches = [{}, {"beam_width": 5, "n_best": 5}]
    if "attention" in OPTIONS[options]:
        searches.append({"beam_width": 3, "coverage_penalty": 0.3})
        searches.append({"replace_unknown": True})
    if "precision" in OPTIONS[options]:  # there it computes in float32
        precise = copy_model(translator.model, precision="float32")
        tokenizers = translator.source_tokenizer, translator.target_tokenizer
        translator = Translator(precise, *tokenizers, max_length=7)
    for search in searches:
        assert_alike(translator, exported, TEXTS, **search)
    assert_loop_is_the_search(exported, translator)


def assert_loop_is_the_search(
    exported: RuntimeTranslator, translator: Translator
) -> None:
    """Steps of the one-step decoder write what greedy search writes."""
    encoder, decoder = map(exported._graph, ("encoder", "decoder"))
    tokens = exported.source_tokenizer.split(TEXTS[0])
    states = exported._source([tokens])
    states |= encoder(states)
    token, written, score = START_ID, [], 0.0
    while token != END_ID and len(written) < 7:
        step = decoder({**states, "token_ids": np.array([token], "int32")})
        logits = step["logits"][0].astype("float64")
        allowed = logits.copy()
        allowed[[0, START_ID]] = -np.inf
        token = int(allowed.argmax())
        score += logits[token] - np.log(np.exp(logits).sum())
        written.append(token)
        states |= {n.removeprefix("next_"): step[n] for n in step if n != "logits"}
    found = translator.decode(TEXTS[0])
    np.testing.assert_allclose(score / len(written), found.score, atol=0.05)
    assert len(written) == len(found.tokens)


def test_hard_attention_is_refused_where_it_cannot_run(make_translator, tmp_path):
    translator = make_translator(OPTIONS["hard"])
    with pytest.raises(InputError, match="does not run in LiteRT"):
        translator.export(tmp_path / "exported", format="litert")
    assert not (tmp_path / "exported").exists()
