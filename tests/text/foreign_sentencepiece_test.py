"""Tests of SentencePiece models of other tools; what SentencePiece does is right."""

import io

import pytest

from seq2seq_keras.errors import InputError
from seq2seq_keras.text import (
    SubwordTokenizer,
    Tokenizer,
    read_vocabulary,
    sentencepiece_algorithm,
)

sentencepiece = pytest.importorskip("sentencepiece")

TEXTS = ["the low lower lowest", "a wide wider widest one", "Slow, slower & slowest!"]
UNSEEN = ["lower wider", "Ｌｏｗ ½ ﬁne", "two   spaces", "slow-wide, lowest!", "é 책"]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Trains a model as its users do, and returns its path."""

    def make(**options):
        model = io.BytesIO()
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(TEXTS * 20),
            model_writer=model,
            hard_vocab_limit=False,
            minloglevel=2,
            **{"model_type": "bpe", "vocab_size": 60, **options},
        )
        path = tmp_path_factory.mktemp("model") / "their.model"
        path.write_bytes(model.getvalue())
        return path

    return make


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"model_type": "unigram"},
        {"normalization_rule_name": "identity"},
        {"normalization_rule_name": "nmt_nfkc_cf", "model_type": "unigram"},
        {"pad_id": 0, "eos_id": 1, "unk_id": 2, "bos_id": -1},
        {"user_defined_symbols": ["<2de>"], "control_symbols": ["<mask>"]},
        {"add_dummy_prefix": False},
    ],
    ids=str,
)
def test_text_is_cut_as_sentencepiece_cuts_it(options, made, tmp_path):
    path = made(**options)
    theirs = sentencepiece.SentencePieceProcessor(model_file=str(path))
    ours = SubwordTokenizer.from_sentencepiece(path)
    texts = [*TEXTS, *UNSEEN, "a <2de> b"]
    expected = [theirs.encode(" ".join(t.split()), out_type=str) for t in texts]
    assert ours.split(texts) == expected
    # Every piece but the special ones is there, in its order.
    pieces = [theirs.id_to_piece(i) for i in range(len(theirs))]
    special = {"<unk>", "<s>", "</s>", "<pad>"}
    assert ours.vocabulary[4:] == [p for p in pieces if p not in special]
    known = [text for text in TEXTS if theirs.unk_id() not in theirs.encode(text)]
    assert known
    assert ours.detokenize(ours.tokenize(known)) == theirs.decode(theirs.encode(known))
    ours.save(tmp_path / "saved.json")
    assert Tokenizer.load(tmp_path / "saved.json").split(texts) == expected


def test_it_writes_no_note_when_it_is_loaded(made, capfd):
    path = made(normalization_rule_name="identity")
    capfd.readouterr()
    SubwordTokenizer.from_sentencepiece(path).split("low")
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize(
    "options",
    [
        {"normalization_rule_name": "nmt_nfkc_cf"},
        {"add_dummy_prefix": False},
        {"add_dummy_prefix": False, "normalization_rule_name": "identity"},
        {"remove_extra_whitespaces": False},
        {"remove_extra_whitespaces": False, "allow_whitespace_only_pieces": True},
        {"split_by_whitespace": False, "vocab_size": 120},
    ],
    ids=str,
)
@pytest.mark.parametrize(("algorithm", "alpha"), [("bpe", 0.0), ("unigram", 1000.0)])
def test_drawing_without_chance_cuts_as_the_model_does(algorithm, alpha, options, made):
    tokenizer = SubwordTokenizer.from_sentencepiece(
        made(model_type=algorithm, **options)
    )
    # The last one has spaces in a row once the model has normalized it.
    texts = [*TEXTS, *UNSEEN, "", "slow \u200b wide"]
    drawn = tokenizer.sample_to_ragged(texts, seed=0, alpha=alpha).to_list()
    assert [[p.decode() for p in row] for row in drawn] == tokenizer.split(texts)


def test_symbols_of_a_user_are_not_drawn_from(made):
    tokenizer = SubwordTokenizer.from_sentencepiece(made(user_defined_symbols=["<x>"]))
    with pytest.raises(InputError, match="user_defined_symbols"):
        tokenizer.sample_to_ragged(TEXTS, seed=0)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"model_type": "char"}, "model of words or characters"),
        ({"byte_fallback": True, "vocab_size": 400}, "byte_fallback"),
        ({"treat_whitespace_as_suffix": True}, "treat_whitespace_as_suffix"),
    ],
    ids=str,
)
def test_what_cannot_be_done_is_refused_by_name(options, message, made):
    with pytest.raises(InputError, match=message):
        SubwordTokenizer.from_sentencepiece(made(**options))


def test_the_algorithm_is_in_the_file(made, tmp_path):
    assert sentencepiece_algorithm(made()) == "bpe"
    assert sentencepiece_algorithm(made(model_type="unigram")) == "unigram"
    (tmp_path / "list.txt").write_text("a\nb\n")
    assert sentencepiece_algorithm(tmp_path / "list.txt") is None


def test_other_and_damaged_files_are_refused(made, tmp_path):
    path = made()
    with pytest.raises(InputError, match="is a SentencePiece model, which only"):
        read_vocabulary(path)
    content = path.read_bytes()
    for number, wrong in enumerate([b"", b"a\nb\n", content[:-7], b"\n\x05\0\0\0\0\0"]):
        path = tmp_path / f"{number}.model"
        path.write_bytes(wrong)
        with pytest.raises(InputError, match=f"{number}.model"):
            SubwordTokenizer.from_sentencepiece(path)
