"""Tests of trainings whose vocabularies come from files."""

import io

import pytest
import yaml

from seq2seq_keras.cli import main
from seq2seq_keras.data import DataOptions, Pairs, PairStream
from seq2seq_keras.errors import InputError
from seq2seq_keras.special_tokens import SpecialTokens
from seq2seq_keras.text import CharacterTokenizer, SpaceTokenizer, SubwordTokenizer
from seq2seq_keras.training import TrainingConfig, fit_tokenizers, train
from seq2seq_keras.translation import Translator

PAIRS = Pairs(["lo@@ west", "the west"], ["west the", "the lo@@ west"])
FAIRSEQ = "the 9\nwest 7\nlo@@ 3\nmadeupword0000 0\n"


@pytest.fixture
def vocabulary(tmp_path):
    (tmp_path / "dict.txt").write_text(FAIRSEQ)
    return str(tmp_path / "dict.txt")


@pytest.fixture
def model(tmp_path):
    sentencepiece = pytest.importorskip("sentencepiece")
    written = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(["the low lower lowest west"] * 20),
        model_writer=written,
        model_type="unigram",
        vocab_size=20,
        hard_vocab_limit=False,
        minloglevel=2,
    )
    (tmp_path / "their.model").write_bytes(written.getvalue())
    return str(tmp_path / "their.model")


def test_one_file_is_the_vocabulary_of_both_sides(vocabulary, capsys):
    source, target = fit_tokenizers(DataOptions(vocabulary=vocabulary), PAIRS)
    for tokenizer in (source, target):
        assert type(tokenizer) is SpaceTokenizer
        assert tokenizer.vocabulary[4:] == ["the", "west", "lo@@"]
    assert source.tokenize("lo@@ west low") == [6, 5, 1]
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == (
        f"The source vocabulary is {vocabulary}, a token and its count a line (as "
        "fairseq's): 3 tokens, in its order with the ids from 4 on."
    )
    assert len(lines) == 2


def test_shared_it_is_one_tokenizer(vocabulary):
    options = {"vocabulary": vocabulary, "share_vocabulary": True}
    source, target = fit_tokenizers(DataOptions(**options), PAIRS)
    assert source is target
    del options["vocabulary"]
    with pytest.raises(InputError, match="`share_vocabulary` needs one `vocabulary`"):
        fit_tokenizers(
            DataOptions(source_vocabulary=vocabulary, tokenizer="space", **options),
            PAIRS,
        )


def test_a_side_without_a_file_is_fitted(vocabulary):
    config = DataOptions(
        target_vocabulary=vocabulary, tokenizer="character", target_tokenizer="space"
    )
    source, target = fit_tokenizers(config, PAIRS)
    assert source.get_config() == CharacterTokenizer.fit(PAIRS.source).get_config()
    assert target.vocabulary[4:] == ["the", "west", "lo@@"]


def test_words_of_a_side_that_is_fitted_stay_the_default(vocabulary, capsys):
    pairs = Pairs(["I see.", "I do."], PAIRS.target)
    config = DataOptions(target_vocabulary=vocabulary)
    source, target = fit_tokenizers(config, pairs)
    assert source.split("I see.") == ["I", "see", "￭."]
    assert type(target) is SpaceTokenizer
    assert "The tokens are words" not in capsys.readouterr().out


def test_pairs_are_not_gone_through_where_nothing_is_fitted(vocabulary):
    def fail():
        raise AssertionError("they are")

    config = DataOptions(vocabulary=vocabulary, tokenizer="space")
    fit_tokenizers(config, PairStream(fail))


def test_special_tokens_of_the_file_give_way(tmp_path, capsys):
    (tmp_path / "v.txt").write_text("<pad>\n<unk>\n<s>\n</s>\nthe\nwest\n")
    config = DataOptions(
        vocabulary=str(tmp_path / "v.txt"), special_tokens=["<p>", "<u>", "<s>", "</s>"]
    )
    source, _ = fit_tokenizers(config, PAIRS)
    assert source.special_tokens == SpecialTokens("<p>", "<u>", "<s>", "</s>")
    assert source.vocabulary[4:] == ["the", "west"]
    assert (
        "In place of its <pad> <unk> <s> </s> stand those of" in capsys.readouterr().out
    )


def test_tokens_that_a_tokenizer_never_makes_are_counted_or_refused(tmp_path, capsys):
    path = tmp_path / "v.txt"
    path.write_text("the\nwest\nlo@@\nlow\n￭,\n")
    config = DataOptions(vocabulary=str(path), tokenizer="word")
    fit_tokenizers(config, PAIRS)
    printed = capsys.readouterr().out
    assert "The tokenizer word never makes 1, such as 'lo@@'." in printed
    config = DataOptions(vocabulary=str(path), tokenizer="character")
    with pytest.raises(InputError, match="character never makes 5 of these 5 tokens"):
        fit_tokenizers(config, PAIRS)
    path.write_text("a\n \nb\n")
    source, _ = fit_tokenizers(config, PAIRS)
    assert source.tokenize("a b") == [4, 5, 6]


def test_a_clash_with_the_special_tokens_names_the_file(tmp_path):
    (tmp_path / "v.txt").write_text("a\n<eos>\nb\n")
    config = DataOptions(vocabulary=str(tmp_path / "v.txt"))
    with pytest.raises(InputError, match=r"v\.txt: .* Found again: \['<eos>'\]"):
        fit_tokenizers(config, PAIRS)


def test_a_sentencepiece_model_brings_its_tokenizer(model, capsys):
    source, target = fit_tokenizers(DataOptions(vocabulary=model), PAIRS)
    expected = SubwordTokenizer.from_sentencepiece(model)
    for tokenizer in (source, target):
        assert tokenizer.get_config() == expected.get_config()
    assert ", a SentencePiece model: " in capsys.readouterr().out
    DataOptions(vocabulary=model, subword_sampling=0.1)
    config = DataOptions(vocabulary=model, tokenizer="unigram", subword_sampling=0.1)
    fit_tokenizers(config, PAIRS)


@pytest.mark.parametrize("kind", ["word", "bpe"])
def test_another_tokenizer_than_that_of_the_model_is_refused(kind, model):
    with pytest.raises(InputError, match=f"as unigram does, .* the tokenizer {kind}"):
        fit_tokenizers(DataOptions(vocabulary=model, tokenizer=kind), PAIRS)


def test_subwords_need_a_model(vocabulary):
    config = DataOptions(vocabulary=vocabulary, tokenizer="bpe")
    with pytest.raises(InputError, match="bpe needs a SentencePiece model"):
        fit_tokenizers(config, PAIRS)


def test_a_training_keeps_it(vocabulary, tmp_path, eager, capsys):
    table = tmp_path / "pairs.tsv"
    rows = (f"{source} x{i}\t{target}\n" for i in range(40) for source, target in PAIRS)
    table.write_text("".join(rows))
    options = {"units": 4, "embedding_dim": 4, "epochs": 1, "samples": 0}
    config = TrainingConfig(
        output=tmp_path / "m", train=str(table), vocabulary=vocabulary, **options
    )
    train(config)
    loaded = Translator.load(tmp_path / "m")
    assert loaded.source_tokenizer.vocabulary[4:] == ["the", "west", "lo@@"]
    saved = yaml.safe_load((tmp_path / "m/training.yaml").read_text())
    assert (saved["vocabulary"], saved["tokenizer"]) == (vocabulary, "space")


def test_a_training_does_not_write_onto_it(tmp_path, capsys):
    (tmp_path / "log.csv").write_text(FAIRSEQ)
    arguments = ["train", "--corpus", "copy", "--output", str(tmp_path)]
    for name in ("vocabulary", "source-vocabulary", "target-vocabulary"):
        assert main([*arguments, f"--{name}", str(tmp_path / "log.csv")]) == 2
        assert f"of `{name.replace('-', '_')}`" in capsys.readouterr().err
