"""Tests of seq2seq_keras.text.subword_tokenizer."""

import base64
import hashlib
import io
import json
import sys
import unicodedata

import keras
import pytest
import sentencepiece
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from seq2seq_keras.data import load_corpus
from seq2seq_keras.errors import InputError
from seq2seq_keras.special_tokens import SpecialTokens
from seq2seq_keras.text import SubwordTokenizer, Tokenizer

TEXTS = [
    "J'ai vu l'homme qu'elle aime, n'est-ce pas ?",
    "Die Großmutter läuft über die größte Straße.",
    "저는 학생이에요. 값이 싸요! 😀",
    "Don't you've 3.14 (or 1,000)? <unk> x_y",
]
CHARACTERS = sorted(set("".join(TEXTS)))
FITTED = {
    algorithm: SubwordTokenizer.fit(TEXTS, algorithm=algorithm, max_size=100)
    for algorithm in ("bpe", "unigram")
}
every_algorithm = pytest.mark.parametrize("algorithm", FITTED)


@pytest.fixture(params=FITTED)
def tokenizer(request):
    return FITTED[request.param]


def test_detokenizing_gives_the_text_back(tokenizer):
    assert tokenizer.detokenize(tokenizer.tokenize(TEXTS)) == TEXTS


@every_algorithm
@settings(max_examples=50)
@given(text=st.text(CHARACTERS, max_size=40))
def test_any_text_of_known_characters_comes_back(algorithm, text):
    tokenizer = FITTED[algorithm]
    token_ids = tokenizer.tokenize(text)
    assert not {0, 1, 2, 3} & set(token_ids)
    assert tokenizer.detokenize(token_ids) == " ".join(text.split())


@every_algorithm
@settings(max_examples=50)
@given(text=st.text(max_size=30))
def test_only_unknown_characters_are_unknown(algorithm, text):
    tokenizer = FITTED[algorithm]
    text = unicodedata.normalize("NFC", text)
    unknown = set("".join(text.split())) - {*CHARACTERS, "▁"}
    token_ids = tokenizer.tokenize(text)
    assert (1 in token_ids) == bool(unknown)
    assert not {0, 2, 3} & set(token_ids)
    # The tokens show the text even where the ids do not.
    tokens = "".join(tokenizer.split(text)).removeprefix("▁")
    assert tokens == "▁".join(text.replace("▁", "_").split())


def test_a_piece_that_begins_a_word_shows_it():
    tokenizer = SubwordTokenizer.fit(["aa bb"] * 9, max_size=50)
    assert tokenizer.split(["aa bb", "aabb"]) == [["▁aa", "▁bb"], ["▁aa", "bb"]]


def test_pieces_and_ids_are_those_of_sentencepiece_itself(tokenizer):
    processor = sentencepiece.SentencePieceProcessor(model_proto=tokenizer.model)
    assert tokenizer.split(TEXTS) == processor.encode(TEXTS, out_type=str)
    assert tokenizer.tokenize(TEXTS) == processor.encode(TEXTS)
    assert tokenizer.vocabulary_size == processor.get_piece_size()


def test_python_tf_data_and_a_graph_give_the_same_ids(tokenizer):
    expected = tokenizer.tokenize(TEXTS)
    in_graph = tf.function(
        tokenizer.tokenize, input_signature=[tf.TensorSpec([None], tf.string)]
    )
    dataset = tf.data.Dataset.from_tensor_slices(TEXTS).batch(3).map(tokenizer.tokenize)
    for seed in range(2):
        assert tokenizer.tokenize(tf.constant(TEXTS)).to_list() == expected
        assert in_graph(tf.constant(TEXTS)).to_list() == expected
        assert [row for batch in dataset for row in batch.to_list()] == expected
        # This makes TensorFlow forget the models of operations made before.
        keras.utils.set_random_seed(seed)


def test_blank_texts_have_no_tokens(tokenizer):
    assert tokenizer.tokenize(["", " \t\u2028 "]) == [[], []]
    assert tokenizer.tokenize([]) == []


@pytest.mark.parametrize("form", ["NFC", "NFD", "NFKC", "NFKD"])
def test_both_unicode_forms_give_the_same_ids(form):
    tokenizer = SubwordTokenizer.fit(TEXTS, unicode_form=form)
    composed, decomposed = (
        [unicodedata.normalize(given, text) for text in TEXTS]
        for given in ("NFC", "NFD")
    )
    assert tokenizer.tokenize(composed) == tokenizer.tokenize(decomposed)
    assert 1 not in tokenizer.tokenize(decomposed)[2]


def test_lower_case_is_an_option():
    tokenizer = SubwordTokenizer.fit(["Élan ÉTÉ"], lowercase=True)
    assert tokenizer.detokenize(tokenizer.tokenize("ÉLan")) == "élan"
    assert SubwordTokenizer.fit(["Élan"]).tokenize("é")[-1] == 1


@pytest.mark.parametrize(
    "forms", [("<pad>", "<unk>", "<sos>", "<eos>"), ("p", "u", "s", "e")]
)
def test_text_cannot_end_a_sentence_or_forge_padding(forms):
    text = " ".join(forms)
    tokenizer = SubwordTokenizer.fit(
        [text, "a b", "".join(forms)], special_tokens=SpecialTokens(*forms)
    )
    assert tokenizer.vocabulary[:4] == list(forms)
    assert len(set(tokenizer.vocabulary)) == tokenizer.vocabulary_size
    for given_text in (text, "".join(forms)):
        assert not {0, 2, 3} & set(tokenizer.tokenize(given_text))


def test_special_tokens_vanish_and_unknown_ones_show():
    tokenizer = SubwordTokenizer.fit(["a b"])
    known = tokenizer.tokenize("a b")
    assert tokenizer.detokenize([2, known[0], 1, *known[1:], 3, 0]) == "a<unk> b"


def test_what_is_saved_loads_the_same(tokenizer, tmp_path):
    options = {"lowercase": True, "special_tokens": SpecialTokens(start="<s>")}
    tokenizer = SubwordTokenizer(tokenizer.model, unicode_form="NFD", **options)
    tokenizer.save(tmp_path / "tokenizer.json")
    loaded = Tokenizer.load(tmp_path / "tokenizer.json")
    assert type(loaded) is SubwordTokenizer
    assert loaded.model == tokenizer.model
    assert loaded.get_config() == tokenizer.get_config()
    assert loaded.vocabulary == tokenizer.vocabulary
    assert loaded.tokenize(TEXTS) == tokenizer.tokenize(TEXTS)


def foreign_model():
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(TEXTS), model_writer=model, vocab_size=60, minloglevel=2
    )
    return model.getvalue()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda model: model[:-1] + bytes([model[-1] ^ 1]), "differs from the one"),
        (lambda model: model[: len(model) // 2], "differs from the one"),
        (None, "is damaged or is not a saved tokenizer"),
    ],
)
def test_a_changed_model_is_named_by_its_file(change, message, tmp_path):
    path = tmp_path / "tokenizer.json"
    FITTED["bpe"].save(path)
    config = json.loads(path.read_text(encoding="utf-8"))
    model = base64.b64decode(config["model"])
    config["model"] = base64.b64encode(change(model)).decode() if change else "?"
    path.write_text(json.dumps(config), encoding="utf-8")
    with pytest.raises(InputError, match=f"tokenizer.json.* {message}"):
        Tokenizer.load(path)


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (b"", "The SentencePiece model is damaged"),
        (b"abc" * 100, "The SentencePiece model is damaged"),
        (foreign_model(), "not made by `SubwordTokenizer.fit`.*'<s>'"),
    ],
    ids=["empty", "garbage", "foreign"],
)
def test_only_models_of_this_package_are_taken(model, message):
    with pytest.raises(InputError, match=message):
        SubwordTokenizer(model, sha256=hashlib.sha256(model).hexdigest())


@pytest.mark.parametrize("name", ["sentencepiece", "tensorflow_text"])
def test_without_the_extra_an_error_says_how_to_install_it(name, monkeypatch, tmp_path):
    FITTED["bpe"].save(tmp_path / "tokenizer.json")
    monkeypatch.setitem(sys.modules, name, None)
    package = {"tensorflow_text": "'tensorflow-text<2.22'"}.get(name, name)
    with pytest.raises(InputError, match=f"without {package}, .*install {package}$"):
        SubwordTokenizer.fit(TEXTS)
    if name == "tensorflow_text":
        with pytest.raises(InputError, match=r"^\S*tokenizer.json: .*pip install"):
            Tokenizer.load(tmp_path / "tokenizer.json")
    else:  # which only `fit` and sampling need
        Tokenizer.load(tmp_path / "tokenizer.json").tokenize(TEXTS)


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        ("a b", "a single string, 'a b'"),
        (["fine", None], "^Text 2 is None"),
        (["bad \ud800"], "lone surrogate"),
        ([], "nothing but special tokens"),
    ],
)
def test_what_is_no_text_is_not_fitted(texts, message):
    with pytest.raises(InputError, match=message):
        SubwordTokenizer.fit(texts)


def test_an_unknown_unicode_form_names_the_known_ones():
    with pytest.raises(InputError, match=r"'NFC', 'NFD'.*Received.*'NFX'"):
        SubwordTokenizer.fit(TEXTS, unicode_form="NFX")


@every_algorithm
def test_nothing_is_printed(algorithm, capfd):
    tokenizer = SubwordTokenizer.fit([*TEXTS, "▅"], algorithm=algorithm)
    tokenizer.tokenize(TEXTS)
    tokenizer.sample_to_ragged(TEXTS, seed=0)
    assert capfd.readouterr() == ("", "")


def test_samples_are_the_text_in_other_known_pieces(tokenizer):
    unusual = [*TEXTS, "", "ein ▁ 漢字", unicodedata.normalize("NFD", TEXTS[2])]
    plain = tokenizer.split_to_ragged(unusual)
    drawn = tokenizer.sample_to_ragged(unusual, seed=1, alpha=0.3)
    again = tokenizer.sample_to_ragged(unusual, seed=1, alpha=0.3)
    assert drawn.to_list() == again.to_list() != plain.to_list()
    assert drawn.to_list() != tokenizer.sample_to_ragged(unusual, seed=2).to_list()
    texts = tokenizer.join_graph(drawn).numpy().tolist()
    assert texts == tokenizer.join_graph(plain).numpy().tolist()
    unknown = tf.reduce_sum(tf.cast(tokenizer.ids(drawn) == 1, tf.int32), 1)
    assert [n > 0 for n in unknown.numpy()] == [False] * 5 + [True, False]


def test_samples_of_what_is_no_text_are_an_error(tokenizer):
    with pytest.raises(InputError, match=r"^Text 8 is None"):
        tokenizer.sample_to_ragged(["fine", None], seed=0, first=7)


@every_algorithm
@pytest.mark.slow
def test_thousands_of_captions_come_back(algorithm, public_data):
    train = load_corpus("multi30k/en-de").train[:5000]
    texts = [*train.source, *train.target]
    tokenizer = SubwordTokenizer.fit(texts, algorithm=algorithm, max_size=4000)
    assert tokenizer.vocabulary_size == 4000
    token_ids = tokenizer.tokenize(texts)
    assert tokenizer.detokenize(token_ids) == [" ".join(t.split()) for t in texts]
    assert SubwordTokenizer.fit(texts, algorithm=algorithm, max_size=4000).model == (
        tokenizer.model
    )


def test_a_bare_word_carries_no_mark_of_its_beginning():
    tokenizer = SubwordTokenizer.fit(["low lower lowest"])
    assert tokenizer.bare_word("▁low") == "low"
    assert tokenizer.bare_word("er") == "er"
