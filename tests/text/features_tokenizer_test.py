"""Tests of seq2seq_keras.text.features and features_tokenizer."""

import collections
import copy
import json
import pickle
import unicodedata

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from seq2seq_keras.errors import InputError
from seq2seq_keras.special_tokens import UNKNOWN_ID, SpecialTokens
from seq2seq_keras.text import (
    CharacterTokenizer,
    FeaturesTokenizer,
    JamoTokenizer,
    SpaceTokenizer,
    SubwordTokenizer,
    Tokenizer,
    WordTokenizer,
    join_features,
    split_features,
)

TEXTS = [
    "V;PST\tgo home",
    "V;PST;3;SG\tsee",
    "N;PL\tVolk V",
    "N;PL\tVolk",
    "N;PL\tso",
    "plain text",
    "저\t학생 값",
    "N;NOM(2,SG)\t3.14",
]
KINDS = [
    WordTokenizer,
    SpaceTokenizer,
    CharacterTokenizer,
    JamoTokenizer,
    SubwordTokenizer,
]
every_kind = pytest.mark.parametrize("cls", KINDS)
free_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


def sources_of(texts):
    return [split_features(text)[1] for text in texts]


def tokens_in_loops(text, tokenizer, separator=";"):
    """What a text is split into, by the definition."""
    form = tokenizer.unicode_form
    text = text if form == "none" else unicodedata.normalize(form, text)
    before, tab, after = text.partition("\t")
    features = before.split(separator) if tab else []
    named = [" ".join(feature.split()) for feature in features]
    rest = (after if tab else text).replace("￮", "○")
    return [f"￮{name}" for name in named if name] + tokenizer.split(rest)


@given(features=free_text.filter(lambda text: "\t" not in text), source=free_text)
def test_what_is_joined_is_split_again(features, source):
    assert split_features(join_features(features, source)) == (features, source)


def test_a_text_without_a_tab_has_no_features():
    assert split_features("go; went") == ("", "go; went")
    assert split_features("a\tb\tc") == ("a", "b\tc")


def test_features_with_a_tab_are_refused():
    with pytest.raises(InputError, match=r"cannot hold one. Received: 'V\\tPST'"):
        join_features("V\tPST", "go")


@every_kind
def test_features_come_before_the_tokens_of_a_loop(cls):
    plain = cls.fit(sources_of(TEXTS))
    tokenizer = FeaturesTokenizer.fit(TEXTS, tokenizer=cls)
    ids = {token: n for n, token in enumerate(plain.vocabulary)}
    counted = collections.Counter()
    for text in TEXTS:
        counted.update(split_features(text)[0].split(";") if "\t" in text else [])
    in_order = sorted(counted, key=lambda feature: (-counted[feature], feature))
    for feature in in_order:
        ids[f"￮{feature}"] = len(ids)
    assert tokenizer.features == in_order
    assert dict(zip(tokenizer.vocabulary, range(len(ids)), strict=True)) == ids
    for text in TEXTS:
        expected = tokens_in_loops(text, plain)
        assert tokenizer.split(text) == expected
        assert tokenizer.tokenize(text) == [ids[token] for token in expected]


@settings(max_examples=50)
@given(
    texts=st.lists(
        st.one_of(
            free_text,
            st.builds(lambda a, b: f"{a};V; é \t{b}", free_text, free_text),
        ),
        min_size=1,
        max_size=5,
    )
)
def test_any_text_is_split_as_by_a_loop(texts):
    plain = CharacterTokenizer(["a", "V"])
    tokenizer = FeaturesTokenizer(plain, ["V", "é"])
    assert tokenizer.split(texts) == [tokens_in_loops(text, plain) for text in texts]


@every_kind
def test_ids_give_the_string_back(cls):
    tokenizer = FeaturesTokenizer.fit(TEXTS, tokenizer=cls)
    assert tokenizer.detokenize(tokenizer.tokenize(TEXTS)) == TEXTS
    rows = tokenizer.tokenize_to_ragged(TEXTS).to_tensor()
    assert [x.decode() for x in tokenizer.detokenize(rows).numpy()] == TEXTS
    assert tokenizer.detokenize(np.array(tokenizer.tokenize("N\tV"))) == "N\tV"


@every_kind
def test_python_tf_data_and_a_graph_give_the_same_ids_of_features(cls):
    tokenizer = FeaturesTokenizer.fit(TEXTS, tokenizer=cls)
    expected = tokenizer.tokenize(TEXTS)
    in_graph = tf.function(
        tokenizer.tokenize, input_signature=[tf.TensorSpec([None], tf.string)]
    )
    assert in_graph(tf.constant(TEXTS)).to_list() == expected
    assert in_graph(tf.constant([], tf.string)).to_list() == []
    dataset = tf.data.Dataset.from_tensor_slices(TEXTS).batch(4).map(tokenizer.tokenize)
    assert [row for batch in dataset for row in batch.to_list()] == expected


@every_kind
@pytest.mark.parametrize(
    "again", [copy.deepcopy, lambda t: pickle.loads(pickle.dumps(t))]
)
def test_a_copy_of_features_is_equal(cls, again):
    tokenizer = FeaturesTokenizer.fit(
        TEXTS, tokenizer=cls, lowercase=True, features_separator=";"
    )
    other = again(tokenizer)
    assert type(other) is FeaturesTokenizer
    assert other.get_config() == tokenizer.get_config()
    assert other.tokenizer is not tokenizer.tokenizer
    assert other.tokenize(TEXTS) == tokenizer.tokenize(TEXTS)


@every_kind
def test_features_that_are_saved_load_the_same(cls, tmp_path):
    tokenizer = FeaturesTokenizer.fit(
        TEXTS, tokenizer=cls, special_tokens=SpecialTokens("p", "u", "s", "e")
    )
    tokenizer.save(tmp_path / "t.json")
    loaded = Tokenizer.load(tmp_path / "t.json")
    assert loaded.get_config() == tokenizer.get_config()
    assert loaded.vocabulary == tokenizer.vocabulary
    assert loaded.tokenize(TEXTS) == tokenizer.tokenize(TEXTS)


def test_a_feature_is_never_a_letter_or_a_word_of_the_source():
    tokenizer = FeaturesTokenizer(SpaceTokenizer(["V", "￮V", "○V"]), ["N"])
    with pytest.raises(InputError, match="Found again"):
        FeaturesTokenizer(SpaceTokenizer(["V", "￮V"]), ["V"])
    assert tokenizer.tokenize("N\tV N ￮N ￮V") == [7, 4, 1, 1, 6]


def test_an_unknown_feature_is_the_unknown_token():
    tokenizer = FeaturesTokenizer(CharacterTokenizer(["g"]), ["V"])
    assert tokenizer.tokenize("V;FUT\tgo") == [5, 1, 4, 1]
    assert tokenizer.tokenize("<unk>;<eos>;<pad>;V\tg") == [1, 1, 1, 5, 4]


def test_case_of_features_is_kept_and_their_unicode_form_is_that_of_the_source():
    texts = ["Pl;É\tGÖ"]
    for form in ("NFC", "NFD"):
        tokenizer = FeaturesTokenizer.fit(
            texts, tokenizer=CharacterTokenizer, lowercase=True, unicode_form=form
        )
        both = [unicodedata.normalize(f, texts[0]) for f in ("NFC", "NFD")]
        first, second = tokenizer.tokenize(both)
        assert first == second
        assert 1 not in first
        assert "￮Pl" in tokenizer.vocabulary
        assert "g" in tokenizer.vocabulary


def test_the_separator_may_be_any_text_and_white_space_is_passed_over():
    tokenizer = FeaturesTokenizer.fit(
        [" V | PST||  past  tense |\tgo"],
        tokenizer=CharacterTokenizer,
        features_separator="|",
    )
    assert sorted(tokenizer.features) == ["PST", "V", "past tense"]
    assert tokenizer.detokenize(tokenizer.tokenize("V| PST \tgo")) == "V|PST\tgo"
    spaced = FeaturesTokenizer.fit(["a  b\tx"], features_separator=" ")
    assert spaced.features == ["a", "b"]
    wide = FeaturesTokenizer.fit(
        ["V；PST\tgo"], features_separator="；", unicode_form="NFKC"
    )
    assert sorted(wide.features) == ["PST", "V"]
    assert 1 not in wide.tokenize("PST；V\tgo")


def test_white_space_of_the_source_is_kept_where_that_is_asked_for():
    text = "code\tif x:\n\treturn  1"
    tokenizer = FeaturesTokenizer.fit(
        [text], tokenizer=CharacterTokenizer, keep_white_space=True
    )
    assert tokenizer.detokenize(tokenizer.tokenize(text)) == text


def test_features_may_stand_alone():
    tokenizer = FeaturesTokenizer(CharacterTokenizer(["g"]), ["V"])
    assert tokenizer.tokenize(["V\t", "\tg", "\t", ""]) == [[5], [4], [], []]
    assert tokenizer.detokenize([5]) == "V\t"


def test_options_of_fit_hold_for_the_source_alone():
    texts = ["A;B\ta a b", "A\ta"]
    tokenizer = FeaturesTokenizer.fit(texts, min_frequency=3, max_size=5)
    assert tokenizer.vocabulary[4:] == ["a", "￮A", "￮B"]
    subwords = FeaturesTokenizer.fit(
        ["A\tlow lower"], tokenizer=SubwordTokenizer, algorithm="unigram"
    )
    expected = SubwordTokenizer.fit(["low lower"], algorithm="unigram")
    assert subwords.tokenizer.model == expected.model


@every_kind
def test_a_source_is_fitted_to_as_it_is_read(cls):
    # Its mark is not that of features: `￮V` in it is the word `○V`.
    tokenizer = FeaturesTokenizer.fit(["V\t￮V x"], tokenizer=cls)
    expected = cls.fit(["○V x"])
    assert tokenizer.vocabulary == [*expected.vocabulary, "￮V"]
    assert tokenizer.split("V\t￮V x") == ["￮V", *expected.split("○V x")]
    assert UNKNOWN_ID not in tokenizer.tokenize("V\t￮V x")


def test_drawn_subwords_leave_features_alone():
    texts = ["A;B\tlow lower lowest", "A\twide", "new"]
    tokenizer = FeaturesTokenizer.fit(texts, tokenizer=SubwordTokenizer)
    seen = set()
    for seed in range(5):
        rows = tokenizer.sample_to_ragged(texts, seed=seed, alpha=0.5)
        drawn = tokenizer.tokenizer.sample_to_ragged(
            sources_of(texts), seed=seed, alpha=0.5
        ).to_list()
        features = [[b"\xef\xbf\xaeA", b"\xef\xbf\xaeB"], [b"\xef\xbf\xaeA"], []]
        assert rows.to_list() == [a + b for a, b in zip(features, drawn, strict=True)]
        seen.add(str(drawn))
    assert len(seen) > 1


def test_marks_are_taken_away_for_words_and_features_are_none():
    tokenizer = FeaturesTokenizer(WordTokenizer(["￭s"]), ["V"])
    assert [tokenizer.bare_word(token) for token in ("￭s", "￮V")] == ["s", ""]
    plain = tokenizer.tokenizer
    assert tokenizer.spelling("￭s") == plain.spelling("￭s")
    assert tokenizer.spelling("") == plain.spelling("")
    assert tokenizer.spelling("￮V") == plain.spelling("V")


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda t: FeaturesTokenizer(t, ["V", "V"]), "Found again: .'￮V'"),
        (lambda t: FeaturesTokenizer(t, ["V;PST"]), "Received: 'V;PST'"),
        (lambda t: FeaturesTokenizer(t, [" "]), "Received: ' '"),
        (lambda t: FeaturesTokenizer(t, ["a\tb"]), r"Received: 'a\\tb'"),
        (lambda t: FeaturesTokenizer(t, ["N", " V"]), "'V'. Received: ' V'"),
        (lambda t: FeaturesTokenizer(t, ["a  b"]), "'a b'. Received: 'a  b'"),
        (lambda t: FeaturesTokenizer(t, [3]), "Text 1 is 3"),
        (lambda t: FeaturesTokenizer(t, "VN"), "a single string"),
        (lambda t: FeaturesTokenizer(t, [], ""), "not empty .* Received: ''"),
        (lambda t: FeaturesTokenizer(t, [], "\t"), "without a tab"),
        (lambda t: FeaturesTokenizer(t, [], None), "Received: None"),
        (lambda t: FeaturesTokenizer("word", []), "Received: a str"),
        (
            lambda t: FeaturesTokenizer(FeaturesTokenizer(t, ["V"]), ["N"]),
            "without features.*FeaturesTokenizer",
        ),
        (lambda t: FeaturesTokenizer.fit(["go", "see"]), "None of 2 sources has"),
        (lambda t: FeaturesTokenizer.fit(["V\tgo", None]), "Text 2 is None"),
        (
            lambda t: FeaturesTokenizer.fit(["V\tgo", "\ud800\tgo"]),
            "Text 2 holds a lone",
        ),
        (lambda t: FeaturesTokenizer.fit("V\tgo"), "a single string"),
    ],
)
def test_what_cannot_be_features_is_named(make, message):
    with pytest.raises(InputError, match=message):
        make(CharacterTokenizer(["a"]))


@pytest.mark.parametrize(
    "change",
    [
        {"tokenizer": "word"},
        {"tokenizer": {}},
        {"features": "VN"},
        {"features": [3]},
        {"features_separator": 3},
        {"features_separator": ""},
        {"vocabulary": ["a"]},
        {"class_name": "WordTokenizer"},
    ],
)
def test_an_altered_file_of_features_is_refused_in_one_line(change, tmp_path):
    tokenizer = FeaturesTokenizer(CharacterTokenizer(["a"]), ["V"])
    path = tmp_path / "t.json"
    path.write_text(json.dumps(tokenizer.get_config() | change), encoding="utf-8")
    with pytest.raises(InputError, match=r"^[^\n]*t\.json[^\n]*$"):
        Tokenizer.load(path)


def test_tokenizers_deep_in_tokenizers_are_refused(tmp_path):
    config = CharacterTokenizer(["a"]).get_config()
    for _ in range(300):
        config = {
            "class_name": "FeaturesTokenizer",
            "tokenizer": config,
            "features": ["V"],
            "features_separator": ";",
        }
    path = tmp_path / "t.json"
    path.write_text(json.dumps(config), encoding="utf-8")
    with pytest.raises(InputError, match=r"t\.json"):
        Tokenizer.load(path)


def test_a_saved_model_splits_and_joins_inside(tmp_path):
    tokenizer = FeaturesTokenizer.fit(TEXTS, tokenizer=CharacterTokenizer)
    module = tf.Module()
    module.table = tokenizer.table
    texts = tf.TensorSpec([None], tf.string)
    module.ids = tf.function(
        lambda texts: {"ids": tokenizer.tokenize(texts).to_tensor()},
        input_signature=[texts],
    )
    module.texts = tf.function(
        lambda ids: {"texts": tokenizer.detokenize(ids)},
        input_signature=[tf.TensorSpec([None, None], tf.int32)],
    )
    signatures = {"ids": module.ids, "texts": module.texts}
    tf.saved_model.save(module, str(tmp_path), signatures=signatures)
    loaded = tf.saved_model.load(str(tmp_path))
    ids = loaded.signatures["ids"](tf.constant(TEXTS))["ids"]
    rows = [row[row > 0].tolist() for row in ids.numpy()]
    assert rows == tokenizer.tokenize(TEXTS)
    joined = loaded.signatures["texts"](ids)["texts"].numpy()
    assert [text.decode() for text in joined] == TEXTS
