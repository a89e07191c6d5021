"""Tests of vocabularies that other tools wrote."""

import json

import pytest

from seq2seq_keras.errors import InputError
from seq2seq_keras.text import SpaceTokenizer, read_vocabulary


@pytest.fixture
def written(tmp_path):
    """Writes a file and returns its path."""

    def write(content, name="vocabulary.txt"):
        content = content.encode("utf-8") if isinstance(content, str) else content
        (tmp_path / name).write_bytes(content)
        return tmp_path / name

    return write


# What tools write, the tokens in it, and its special ones.
FILES = {
    "a token a line": ("the\nlo@@\nwest\n", ["the", "lo@@", "west"], []),
    "no end of the last line": ("a\nb", ["a", "b"], []),
    "line ends of Windows, a mark": (b"\xef\xbb\xbfa\r\nb\r\n", ["a", "b"], []),
    "Joey NMT": ("<unk>\n<pad>\n<s>\n</s>\nthe\n", ["the"], "<unk> <pad> <s> </s>"),
    "BERT": ("[PAD]\n[UNK]\n[CLS]\n[SEP]\na\n##b\n", ["a", "##b"], None),
    "OpenNMT": ("<blank>\n<unk>\n<s>\n</s>\na\n", ["a"], "<blank> <unk> <s> </s>"),
    "digits and marks": ("1\n:\n#\n{\n}\n-\n~\nno\n", [*"1:#{}-~", "no"], []),
    "a space among characters": ("a\n \n\t\nb\n", ["a", " ", "\t", "b"], []),
    "fairseq": (
        "the 999\n, 998\n12 40\nmadeupword0000 0\nmadeupword0001 0\n",
        ["the", ",", "12"],
        [],
    ),
    "fairseq's flag": ("<s> 5 #fairseq:overwrite\na 4\n", ["a"], "<s>"),
    "a word that says it is made up": (
        "madeupword0000 3\na 2\n",
        ["madeupword0000", "a"],
        [],
    ),
    "counts after tabs": ("the\t999\na\t3\n", ["the", "a"], []),
    "counts of a colon": (": 9\nthe 3\n", [":", "the"], []),
    "Marian": (
        '</s>: 0\n<unk>: 1\n"\\"": 4\n▁the: 2\n~: 3\n\':\': 5\nno: 6\n"\\u00e9": 7\n',
        ["▁the", "~", '"', ":", "no", "é"],
        "</s> <unk>",
    ),
    "Marian with comments": ("---\n# made by hand\na: 1\nb: 0\n", ["b", "a"], []),
    "JSON": (json.dumps({"<s>": 0, "é😀": 2, "a": 1}), ["a", "é😀"], "<s>"),
    "a list in JSON": (
        json.dumps(["<s>", "the", "é😀", "["]),
        ["the", "é😀", "["],
        "<s>",
    ),
    "a short list in JSON": ('["the","a"]', ["the", "a"], []),
    "a list in JSON, in lines": (
        json.dumps(["b", "a", "<pad>"], indent=0),
        ["b", "a"],
        "<pad>",
    ),
    "brackets that are tokens": ("[\nthe\n]\n", ["[", "the", "]"], []),
    "JSON in lines, padding last": (
        json.dumps({"b": 1, "a": 0, "<pad>": 2}, indent=1),
        ["a", "b"],
        "<pad>",
    ),
}


@pytest.mark.parametrize(("content", "tokens", "special"), FILES.values(), ids=FILES)
def test_the_tokens_come_in_their_order(content, tokens, special, written):
    found = read_vocabulary(written(content))
    assert found.tokens == tokens
    if special is not None:
        assert " ".join(found.special_tokens) == "".join(special)


def test_what_the_file_is_taken_for_is_said(written):
    kinds = {
        "a\nb\n": "a token a line",
        "a 1\nb 1\n": "a token and its count a line (as fairseq's)",
        "a: 0\nb: 1\n": "a dictionary from tokens to ids (YAML, as Marian's)",
        '{"a": 0}': "a dictionary from tokens to ids (JSON)",
        '["a"]': "a list of tokens (JSON)",
    }
    for content, kind in kinds.items():
        assert read_vocabulary(written(content)).kind == kind


def test_the_first_token_has_the_id_after_the_special_ones(written):
    found = read_vocabulary(written("<pad>\n<unk>\nwest\nlo@@\n"))
    tokenizer = SpaceTokenizer(found.tokens)
    assert tokenizer.tokenize("lo@@ west x <pad>") == [5, 4, 1, 1]


def test_a_special_form_among_the_words_is_a_word(written):
    # A tag of HTML, say; at the ends it would be a special token.
    assert read_vocabulary(written("a\n<s>\nb\n")).tokens == ["a", "<s>", "b"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("a\nb\na\n", r"line 3: 'a' stands there twice, first in line 1"),
        ("a 1\nb 1\na 1\n", r"line 3: 'a' stands there twice, first in line 1"),
        ("a\n\nb\n", r"line 2: there is no token"),
        ("a\n ice cream\n", r"line 2: ' ice cream' has white space"),
        ("a\nb\u00a0c\n", r"line 2: 'b\\xa0c' has white space"),
        ("a 5\nb\n", r"line 2: 'b' is no token with its count"),
        ("a 5\nb -5\n", r"line 2: 'b -5' is no token with its count"),
        (" 5\nb 5\n", r"line 1: there is no token"),
        ("a: 0\nb: 2\n", r"line 2: the ids must be .* but 1 is missing"),
        ("a: 1\nb: 2\n", r"line 1: the ids must be .* but 0 is missing"),
        ("a: 0\nb: 0\n", r"line 2: the ids must be .* but 0 stands there twice"),
        ("a: 0\na: 1\n", r"line 2: 'a' stands there twice"),
        ("a: 0\nb: x\nc: 2\n", r"line 2: 'x' where the id of 'b' is expected"),
        ("a: 0\nb: [1]\nc: 2\n", r"line 2: a token and its id are expected"),
        ("a: 0\nb: &x 1\nc: *x\nd: 3\n", r"line 3: a token and its id are expected"),
        ("a: 0\n---\nb: 0\n", r"line 3: a token and its id are expected"),
        ("a: 0\n'b: 1\n", r"no YAML"),
        ('{"a": 0, "a": 1}', "twice"),
        ('{"a": 0, "b": 2}', r"id 2: the ids must be .* but 1 is missing"),
        ('{"a": 0, "b": "1"}', r"'b' has '1' where its id is expected"),
        ('{"a": true}', r"'a' has True where its id is expected"),
        ('{"version": "1", "model": {}}', r"where its id is expected"),
        ('["a", "b", "a"]', r"item 3: 'a' stands there twice, first in item 1"),
        ('["a", 1, "b"]', r"item 2: 1 where a token is expected"),
        ('["a" "b"]', r"is damaged \(Expecting ',' delimiter"),
        (b"a\n\xff\n", r"line 2: byte 1 of the line is not valid UTF-8"),
        ("a\nb\n".encode("utf-16"), r"line 1: (a NUL byte|byte 1)"),
        ("", "the file is empty"),
        ("\n", r"line 1: there is no token"),
        ("<pad>\n<unk>\n", "no token that is not special"),
        ("#version: 0.2\nl o\n", "the merges of byte pairs"),
        ("<unk>\t0\n▁the\t-3.25\n", r"give the file that ends in \.model"),
    ],
)
def test_what_cannot_be_right_is_refused_with_its_line(content, message, written):
    path = written(content)
    with pytest.raises(InputError, match=message) as error:
        read_vocabulary(path)
    assert str(error.value).startswith(str(path))
    assert "\n" not in str(error.value)


def test_no_file_a_folder_and_too_large_a_file_are_refused(tmp_path, monkeypatch):
    with pytest.raises(InputError, match="There is no vocabulary file"):
        read_vocabulary(tmp_path / "missing")
    with pytest.raises(InputError, match="a regular file is expected"):
        read_vocabulary(tmp_path)
    monkeypatch.setattr("seq2seq_keras.text.vocabulary_file.JSON_BYTES", 3)
    (tmp_path / "large").write_text("a\nb\n")
    with pytest.raises(InputError, match="has 4 bytes, which is more than"):
        read_vocabulary(tmp_path / "large")


def test_nesting_without_end_is_refused_at_once(written):
    content = "a: 0\n" + "b: " + "[" * 100_000 + "\nc: 1\n"
    with pytest.raises(InputError, match="line 2: a token and its id are expected"):
        read_vocabulary(written(content))
    with pytest.raises(InputError, match="damaged"):
        read_vocabulary(written('{"a": ' + "[" * 100_000 + "}"))
