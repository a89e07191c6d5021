"""Tests of the vocabularies of imported models: what files say, where ids go."""

import json

import numpy as np
import pytest

from seq2seq_keras.errors import InputError
from seq2seq_keras.importing import (
    find_frame,
    place_source,
    place_target,
    read_vocabulary,
)
from seq2seq_keras.text import CharacterTokenizer, KerasTokenizer, SpaceTokenizer


def read(content, tmp_path, name="vocabulary.txt"):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_vocabulary(path, "source")


def of(given):
    return read_vocabulary(given, "target")


def test_a_text_file_has_a_token_a_line(tmp_path):
    content = "\\t\n\\n\n \nà\n\\\\\n\\r\n\\x\n"
    expected = ["\t", "\n", " ", "à", "\\", "\r", "\\x"]
    assert list(read(content, tmp_path).tokens.values()) == expected
    assert read(content[:-1], tmp_path).tokens == dict(enumerate(expected))
    with_marks = b"\xef\xbb\xbf" + content.replace("\n", "\r\n").encode()
    assert read(with_marks, tmp_path).tokens == dict(enumerate(expected))


KERAS = {
    "class_name": "Tokenizer",
    "config": {
        **{"num_words": 4, "filters": "!", "lower": False, "split": " "},
        **{"char_level": False, "oov_token": "OOV"},
        "word_index": json.dumps({"OOV": 1, "go": 2, "on": 3, "rare": 4}),
    },
}


def test_json_says_the_ids_in_any_direction(tmp_path):
    for content in ({"go": 1, "on": 2}, {"1": "go", "2": "on"}, {"go": "1", "2": 2}):
        given = {"go": 1, "2": 2} if "2" in content and "go" in content else None
        vocabulary = read(json.dumps(given or content), tmp_path, "a.json")
        assert sorted(vocabulary.tokens) == [1, 2]
        assert not vocabulary.is_list
    assert read('["go", "on"]', tmp_path, "a.json").is_list
    marked = b"\xef\xbb\xbf" + b'["go", "on"]'
    assert read(marked, tmp_path, "a.json").tokens == {0: "go", 1: "on"}


@pytest.mark.parametrize("times", [0, 1])
def test_a_keras_tokenizer_is_read_however_often_it_is_json(times, tmp_path):
    content = KERAS
    for _ in range(times):
        content = json.dumps(content)
    vocabulary = read(json.dumps(content), tmp_path, "tokenizer.json")
    assert vocabulary.tokens == {1: "OOV", 2: "go", 3: "on"}
    assert (vocabulary.filters, vocabulary.lowercase) == ("!", False)
    side = place_source(vocabulary, 4, masked=True, tokens="auto")
    assert isinstance(side.tokenizer, KerasTokenizer)
    assert side.tokenizer.tokenize("go!rare on") == [4, 1, 5]
    assert side.inputs.tolist() == [0, 1, -1, -1, 2, 3]


def of_keras(word_index, **options):
    config = {"word_index": word_index, **options}
    return of({"class_name": "Tokenizer", "config": config})


def test_a_keras_tokenizer_without_a_token_for_them_leaves_unknown_tokens_out():
    letters = of_keras({"a": 1, "b": 2}, char_level=True)
    side = place_source(letters, 3, masked=True, tokens="auto")
    assert side.tokenizer.tokenize("axB") == [4, 5]
    assert isinstance(side.tokenizer, CharacterTokenizer)
    # To it, an `unk` of the text was a word as good as others.
    words = of_keras({"go": 1, "unk": 2})
    side = place_source(words, 3, masked=True, tokens="auto")
    assert side.tokenizer.tokenize("go away <unk>") == [4, 5]
    assert side.inputs.tolist() == [0, -1, -1, -1, 1, 2]


def test_a_keras_tokenizer_of_characters_may_have_a_token_for_unknown_ones():
    letters = of_keras({"#": 1, "a": 2, "b": 3}, char_level=True, oov_token="#")
    side = place_source(letters, 4, masked=True, tokens="auto")
    assert side.tokenizer.tokenize("axB") == [4, 1, 5]
    assert side.inputs.tolist() == [0, 1, -1, -1, 2, 3]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.pickle", b"\x80\x04", "a pickle"),
        ("a.txt", b"go\n\xff\n", "no UTF-8 text (line 2)"),
        ("a.txt", b"go\non\ngo\n", "token 3, 'go', is token 1 too"),
        ("a.json", b"[1, 2]", "token 1 is 1, which is no string"),
        ("a.json", b'{"a": 1.5}', "the id of 'a' is 1.5"),
        ("a.json", b'{"a": -1}', "the id of 'a' is -1"),
        ("a.json", b'{"a": true}', "the id of 'a' is True"),
        ("a.json", b'{"a": 1, "b": 1}', "'a' and 'b' have the same id"),
        ("a.json", b'{"1": "a", "2": "a"}', "a token has two ids"),
        ("a.json", b"7", "neither a list"),
        ("a.json", b"{", "is damaged"),
        ("a.json", b'{"class_name": "Tokenizer"}', "needs a `word_index`"),
    ],
)
def test_what_is_no_vocabulary_is_refused(name, content, words, tmp_path):
    with pytest.raises(InputError) as caught:
        read(content, tmp_path, name)
    assert words in str(caught.value)
    assert str(tmp_path / name) in str(caught.value)


@pytest.mark.parametrize(
    ("tokens", "given", "expected"),
    [
        ("\t\nab", (None, None), ("\t", "\n")),
        (["<PAD>", "<Start>", "<END>", "a"], (None, None), ("<Start>", "<END>")),
        (["startseq", "endseq", "start", "end"], (None, None), ("startseq", "endseq")),
        (["a", "start", "end"], (None, None), ("start", "end")),
        (["<s>", "</s>", "<sos>", "<eos>"], ("<s>", None), ("<s>", "</s>")),
        (["a", "b", "c"], ("b", "c"), ("b", "c")),
        (["a", "\n"], (r"\n", r"\n"), ("\n", "\n")),
    ],
)
def test_the_frame_of_targets_is_found(tokens, given, expected):
    assert find_frame(of(list(tokens)), *given) == expected


@pytest.mark.parametrize(
    ("tokens", "given", "words"),
    [
        (["a", "b"], (None, None), "usual ones in it: none"),
        (["<s>", "</s>", "<sos>", "<eos>"], (None, None), "'<sos>' and '<eos>', '<s>'"),
        (["a", "b"], ("x", None), "`start` is 'x', which"),
        (["a", "b"], ("a", None), "not clear"),
    ],
)
def test_a_frame_is_not_guessed(tokens, given, words):
    with pytest.raises(InputError, match="target_vocabulary") as caught:
        find_frame(of(tokens), *given)
    assert words in str(caught.value)


def test_special_tokens_go_to_their_ids_and_the_others_follow():
    vocabulary = of(["a", "<unk>", "<start>", "b", "<pad>", "<end>", "c"])
    side = place_target(
        vocabulary, 7, masked=False, tokens="auto", start="<start>", end="<end>"
    )
    assert side.inputs.tolist() == [4, 1, 2, 5, 0, 3, 6]
    assert side.outputs.tolist() == side.inputs.tolist()
    forms = ["<pad>", "<unk>", "<start>", "<end>", "a", "b", "c"]
    assert side.tokenizer.vocabulary == forms
    assert isinstance(side.tokenizer, CharacterTokenizer)


def test_one_token_may_be_both_start_and_end():
    side = place_target(
        of(["\n", "a"]), 2, masked=False, tokens="auto", start="\n", end="\n"
    )
    assert side.inputs.tolist() == [-1, -1, 0, 0, 1]
    assert side.outputs.tolist() == [-1, -1, -1, 0, 1]


def test_frames_of_a_source_are_words_of_it():
    vocabulary = of(["<pad>", "<sos>", "<eos>", "go"])
    with pytest.warns(UserWarning, match="are to stand in the texts"):
        side = place_source(vocabulary, 4, masked=True, tokens="auto")
    assert side.tokenizer.tokenize("<sos> go <eos>") == [4, 6, 5]
    assert side.inputs.tolist() == [0, -1, -1, -1, 1, 2, 3]
    assert isinstance(side.tokenizer, SpaceTokenizer)


def test_what_was_padding_without_a_mask_is_what_unknown_words_are():
    side = place_source(of({"go": 1}), 2, masked=False, tokens="words")
    assert side.inputs.tolist() == [0, 0, -1, -1, 1]
    side = place_source(of({"go": 1}), 2, masked=True, tokens="words")
    assert side.inputs.tolist() == [0, -1, -1, -1, 1]


def test_characters_stay_as_they_are():
    side = place_source(of(list("e \u0301\u00e9")), 4, masked=False, tokens="auto")
    # Composed and apart they were different characters, and so was each space.
    assert side.tokenizer.tokenize("e\u0301  \u00e9") == [4, 6, 5, 5, 7]


def test_ids_without_a_token_are_kept_and_told():
    with pytest.warns(UserWarning, match="names no token for 2 ids"):
        side = place_source(of({"go": 1}), 4, masked=True, tokens="words")
    assert side.tokenizer.vocabulary[4:] == ["go", "<id_2>", "<id_3>"]
    assert np.array_equal(side.inputs, [0, -1, -1, -1, 1, 2, 3])


@pytest.mark.parametrize(
    ("given", "size", "masked", "words"),
    [
        (["a", "b"], 3, False, "has 2 tokens, but the model 3 ids. If its ids begin"),
        (["a", "b"], 5, False, "has 2 tokens, but the model 5 ids."),
        (["a", "b"], 1, False, "has 2 tokens, but the model 1 ids."),
        (["a", "b"], 2, True, "calls id 0 'a', but the embedding has `mask_zero=True`"),
        (["<pad>", "<unk>"], 2, True, "nothing but special tokens"),
    ],
)
def test_a_vocabulary_that_does_not_fit_is_refused(given, size, masked, words):
    with pytest.raises(InputError) as caught:
        place_source(of(given), size, masked=masked, tokens="auto")
    assert words in str(caught.value)
