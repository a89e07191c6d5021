"""Tests of what all tokenizers share, seq2seq_keras.text.tokenizer."""

import copy
import json
import pickle
import unicodedata

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st

from seq2seq_keras.errors import InputError
from seq2seq_keras.special_tokens import SpecialTokens
from seq2seq_keras.text import (
    CharacterTokenizer,
    JamoTokenizer,
    KerasTokenizer,
    SpaceTokenizer,
    SubwordTokenizer,
    Tokenizer,
    WordTokenizer,
)

TEXTS = [
    "J'ai vu l'homme qu'elle aime, n'est-ce pas ?",
    "저는 학생이에요. 값이 싸요!",
    "Don't you've 3.14 (or 1,000)?",
    "Größe",
]
every_tokenizer = pytest.mark.parametrize(
    "cls", [WordTokenizer, SpaceTokenizer, CharacterTokenizer, JamoTokenizer]
)


def pickled(thing):
    return pickle.loads(pickle.dumps(thing))


@every_tokenizer
def test_detokenizing_gives_the_text_back(cls):
    tokenizer = cls.fit(TEXTS)
    assert tokenizer.detokenize(tokenizer.tokenize(TEXTS)) == TEXTS


@pytest.mark.parametrize("cls", [WordTokenizer, CharacterTokenizer, JamoTokenizer])
@given(text=st.text(max_size=30).filter(lambda text: "￭" not in text))
def test_any_text_comes_back_but_for_white_space(cls, text):
    text = unicodedata.normalize("NFC", text)
    if not (expected := " ".join(text.split())):
        assert cls(["x"]).tokenize(text) == []
        return
    tokenizer = cls(["x"])
    tokens = tokenizer.split_normalized(tf.constant([text]))
    assert tokenizer.join_graph(tokens).numpy()[0].decode() == expected


@every_tokenizer
def test_python_tf_data_and_a_graph_give_the_same_ids(cls):
    tokenizer = cls.fit(TEXTS)
    expected = tokenizer.tokenize(TEXTS)
    assert tokenizer.tokenize(tf.constant(TEXTS)).to_list() == expected
    in_graph = tf.function(
        tokenizer.tokenize, input_signature=[tf.TensorSpec([None], tf.string)]
    )
    assert in_graph(tf.constant(TEXTS)).to_list() == expected
    dataset = tf.data.Dataset.from_tensor_slices(TEXTS).batch(3).map(tokenizer.tokenize)
    assert [row for batch in dataset for row in batch.to_list()] == expected


@every_tokenizer
@pytest.mark.parametrize("form", ["NFC", "NFD", "NFKC", "NFKD"])
def test_both_unicode_forms_give_the_same_ids(cls, form):
    tokenizer = cls.fit(TEXTS, unicode_form=form)
    composed = [unicodedata.normalize("NFC", text) for text in TEXTS]
    decomposed = [unicodedata.normalize("NFD", text) for text in TEXTS]
    assert tokenizer.tokenize(composed) == tokenizer.tokenize(decomposed)
    assert 1 not in tokenizer.tokenize(decomposed)[1]


@every_tokenizer
def test_both_forms_of_hangul_give_the_same_ids_in_a_graph(cls):
    tokenizer = cls.fit(TEXTS)
    forms = [unicodedata.normalize(form, TEXTS[1]) for form in ("NFC", "NFD")]
    composed, decomposed = tokenizer.tokenize(tf.constant(forms)).to_list()
    assert composed == decomposed
    assert 1 not in composed


@every_tokenizer
def test_what_is_saved_loads_the_same(cls, tmp_path):
    # Tokens with separators have lost their ids on reload in Keras's own layers.
    odd = [*TEXTS, "a\u200bb c\x7fd"]
    special_tokens = SpecialTokens(start="<s>", end="</s>")
    tokenizer = cls.fit(odd, lowercase=True, special_tokens=special_tokens)
    tokenizer.save(tmp_path / "tokenizer.json")
    loaded = Tokenizer.load(tmp_path / "tokenizer.json")
    assert type(loaded) is cls
    assert loaded.get_config() == tokenizer.get_config()
    assert loaded.tokenize(odd) == tokenizer.tokenize(odd)
    assert loaded.vocabulary[:4] == ["<pad>", "<unk>", "<s>", "</s>"]


@every_tokenizer
@pytest.mark.parametrize(
    "forms", [("<pad>", "<unk>", "<sos>", "<eos>"), ("p", "u", "s", "e")]
)
def test_text_cannot_end_a_sentence_or_forge_padding(cls, forms):
    text = " ".join(forms)
    tokenizer = cls.fit([text, "a b"], special_tokens=SpecialTokens(*forms))
    assert not {0, 2, 3} & set(tokenizer.tokenize(text))


@pytest.mark.parametrize(
    ("cls", "name"),
    [
        *((cls, "lowercase") for cls in (WordTokenizer, SubwordTokenizer)),
        *((cls, "keep_white_space") for cls in (CharacterTokenizer, JamoTokenizer)),
        *((cls, "skip_unknown") for cls in (CharacterTokenizer, KerasTokenizer)),
    ],
)
def test_a_flag_is_a_boolean_or_is_refused(cls, name, tmp_path):
    """Else it would be in the file, from which nothing but booleans is read."""
    own = SubwordTokenizer.fit(["a b"]).model if cls is SubwordTokenizer else ["a", "b"]
    for value in (1, "yes", None, np.int64(1)):
        with pytest.raises(InputError, match=f"`{name}` must be one of False, True"):
            cls(own, **{name: value})
    cls(own, **{name: np.True_}).save(tmp_path / "tokenizer.json")
    loaded = Tokenizer.load(tmp_path / "tokenizer.json")
    assert loaded.get_config()[name] is True


@pytest.mark.parametrize("cls", [WordTokenizer, SubwordTokenizer])
def test_texts_are_not_read_for_a_flag_that_is_none(cls):
    def texts():
        yield pytest.fail("a text was read")

    with pytest.raises(InputError, match="`lowercase` must be"):
        cls.fit(texts(), lowercase=1)


@every_tokenizer
def test_a_nul_is_a_space_to_lower_case_and_not_the_end(cls):
    tokenizer = cls(["a", "b"], lowercase=True)
    tokens = tokenizer.split("A\0B")
    assert [token for token in tokens if token != " "] == ["a", "b"]
    assert tokenizer.split("\0") == []


@pytest.mark.parametrize("ids", [[9], [[4], [9]], np.array([[9]]), [-1], [[4.0]]])
def test_what_is_no_id_of_the_vocabulary_is_named(ids):
    with pytest.raises(InputError, match="must be an integer from 0 to 5"):
        WordTokenizer(["a", "b"]).detokenize(ids)


def test_lower_case_is_an_option():
    assert WordTokenizer.fit(["Élan"]).vocabulary[4:] == ["Élan"]
    assert WordTokenizer.fit(["Élan"], lowercase=True).vocabulary[4:] == ["élan"]


def test_ids_go_by_frequency_then_by_character():
    tokenizer = WordTokenizer.fit(["b a c c", "d d"])
    assert tokenizer.vocabulary[4:] == ["c", "d", "a", "b"]
    assert tokenizer.tokenize("c a") == [4, 6]


def test_rare_tokens_are_left_out():
    tokenizer = WordTokenizer.fit(["a a b"], min_frequency=2)
    assert tokenizer.tokenize("a b") == [4, 1]


def test_the_largest_size_counts_the_special_tokens():
    tokenizer = WordTokenizer.fit(["a a b b c"], max_size=6)
    assert tokenizer.vocabulary_size == 6
    assert tokenizer.vocabulary[4:] == ["a", "b"]


def test_special_tokens_vanish_and_unknown_ones_show():
    tokenizer = WordTokenizer.fit(["a b"])
    assert tokenizer.detokenize([2, 4, 1, 5, 3, 0, 0]) == "a <unk> b"


def test_ids_come_as_lists_arrays_or_tensors():
    tokenizer = WordTokenizer.fit(["a b"])
    assert tokenizer.detokenize([]) == ""
    assert tokenizer.detokenize([[4], []]) == ["a", ""]
    assert tokenizer.detokenize(np.array([[4, 5], [5, 0]])) == ["a b", "b"]
    tensor = tokenizer.detokenize(tf.constant([[4, 5]], tf.int32))
    assert tensor.numpy().tolist() == [b"a b"]


@pytest.mark.parametrize(
    "space", ["\t", "\u00a0", "\u202f", "\u2028", "\u3000", "\x85"]
)
def test_any_white_space_parts_words(space):
    assert WordTokenizer.fit(["a b"]).tokenize(f" a{space} b\r") == [4, 5]


def test_blank_texts_have_no_tokens():
    tokenizer = WordTokenizer.fit(["a"])
    assert tokenizer.tokenize(["", " \t\u2028 "]) == [[], []]
    assert tokenizer.tokenize([]) == []


def test_texts_are_read_once_and_may_be_a_generator():
    assert WordTokenizer.fit(text for text in ["b", "a a"]).vocabulary[4:] == ["a", "b"]


def test_a_vocabulary_of_nothing_but_specials_is_an_error():
    with pytest.raises(InputError, match="nothing but special tokens"):
        WordTokenizer.fit(["a", "b"], min_frequency=2)
    with pytest.raises(InputError, match="nothing but special tokens"):
        WordTokenizer.fit([])


def test_a_vocabulary_may_not_repeat_or_hold_special_tokens():
    with pytest.raises(InputError, match=r"\['a'\]"):
        WordTokenizer(["a", "b", "a"])
    with pytest.raises(InputError, match="<eos>"):
        WordTokenizer(["a", "<eos>"])


def test_an_unknown_unicode_form_names_the_known_ones():
    with pytest.raises(InputError, match=r"'NFC', 'NFD'.*Received.*'NFX'"):
        WordTokenizer(["a"], unicode_form="NFX")


@pytest.mark.parametrize("form", ["NFC", "none"])
@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("bad \ud800", r"holds a lone surrogate \('\\ud800' at character 5\)"),
        (None, r"is None \(NoneType\), not a string"),
        (float("nan"), r"is nan \(float\), not a string"),
        (b"bytes", r"is b'bytes' \(bytes\), not a string"),
    ],
)
def test_what_is_no_text_is_named_by_its_place_from_1(form, text, message):
    tokenizer = WordTokenizer(["a"], unicode_form=form)
    for method in (tokenizer.tokenize, tokenizer.split, tokenizer.tokenize_to_ragged):
        with pytest.raises(InputError, match=f"^Text 2 {message}"):
            method(["fine", text])
    with pytest.raises(InputError, match=f"^Text 2 {message}"):
        WordTokenizer.fit(["fine", text], unicode_form=form)


def test_a_single_string_is_not_texts_to_fit_on():
    with pytest.raises(InputError, match="a single string, 'a b'"):
        WordTokenizer.fit("a b")


def test_the_file_is_readable_json(tmp_path):
    WordTokenizer.fit(["학생 étudiant"]).save(tmp_path / "t.json")
    text = (tmp_path / "t.json").read_text(encoding="utf-8")
    assert "학생" in text
    assert json.loads(text)["vocabulary"] == ["étudiant", "학생"]


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", "{}", '{"class_name": "os.system"}', '{"class_name": "Tokenizer"}'],
)
def test_a_damaged_file_is_named(tmp_path, content):
    path = tmp_path / "tokenizer.json"
    path.write_text(content)
    with pytest.raises(InputError, match=r"tokenizer\.json is damaged"):
        Tokenizer.load(path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(InputError, match="no tokenizer file"):
        Tokenizer.load(tmp_path / "none.json")


def test_a_folder_is_named(tmp_path):
    with pytest.raises(InputError, match=r"is a folder\. Name the JSON file"):
        Tokenizer.load(tmp_path)


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, pickled])
def test_a_tokenizer_can_be_copied_and_pickled(copied):
    for cls in (WordTokenizer, CharacterTokenizer, JamoTokenizer):
        special = SpecialTokens(unknown="?")
        first = cls.fit(["Ab ab"], lowercase=True, special_tokens=special)
        again = copied(first)
        assert again is not first
        assert again.get_config() == first.get_config()
        assert again.tokenize("AB x") == first.tokenize("AB x")
