"""Tests of trainings on texts whose white space means something."""

import pytest
import tensorflow as tf

from seq2seq_keras.cli import main
from seq2seq_keras.data import DataOptions, Pairs
from seq2seq_keras.models import build_model
from seq2seq_keras.text import Tokenizer
from seq2seq_keras.training import fit_tokenizers
from seq2seq_keras.translation import Translator

TEXTS = [
    "def f(x):\n    if x:\n\t\treturn  1\n",
    "  leading and trailing \t",
    "a  b   c",
    " ",
    "\t",
    "no-break\u00a0and\u2003wide\u2028spaces\r\n",
    "나무  각\t하",
    "",
]


@pytest.mark.parametrize("kind", ["character", "jamo"])
def test_what_is_encoded_is_decoded_to_the_same(kind, tmp_path):
    pairs = Pairs(TEXTS, TEXTS[::-1])
    config = DataOptions(tokenizer=kind, keep_white_space=True)
    for tokenizer in fit_tokenizers(config, pairs):
        tokenizer.save(tmp_path / "saved.json")
        for each in (tokenizer, Tokenizer.load(tmp_path / "saved.json")):
            assert each.detokenize(each.tokenize(TEXTS)) == TEXTS
        graph = tf.function(lambda x, t=each: t.detokenize(t.tokenize(x)))
        texts = graph(tf.constant(TEXTS)).numpy()
        assert [text.decode("utf-8") for text in texts] == TEXTS


def test_without_the_option_runs_are_one_space():
    source, _ = fit_tokenizers(DataOptions(tokenizer="character"), Pairs(TEXTS, TEXTS))
    assert source.detokenize(source.tokenize(TEXTS[0])) == ("def f(x): if x: return 1")


def test_one_side_may_have_words():
    config = DataOptions(keep_white_space=True, target_tokenizer="character")
    source, target = fit_tokenizers(config, Pairs(["a  b"], ["a  b"]))
    assert source.split("a  b") == ["a", "b"]
    assert target.split("a  b") == ["a", " ", " ", "b"]


def test_a_translator_reads_and_writes_it(tmp_path, eager):
    config = DataOptions(tokenizer="character", keep_white_space=True)
    tokenizers = fit_tokenizers(config, Pairs(TEXTS, TEXTS))
    sizes = (tokenizer.vocabulary_size for tokenizer in tokenizers)
    model = build_model(*sizes, units=4, embedding_dim=4)
    translator = Translator(model, *tokenizers, max_length=6)
    text = "\t if  x:"
    assert "".join(translator.decode(text).source_tokens[: len(text)]) == text
    begun = translator.translate(text, prefix=" \t  a")
    assert begun.startswith(" \t  a")


def test_the_command_line_has_it(tmp_path, capsys, eager):
    table = tmp_path / "code.csv"
    rows = (f'"if x{i}:  \t y","x{i}  ?  y"\n' for i in range(40))
    table.write_text("".join(rows))
    arguments = ["describe", "--train", str(table), "--tokenizer"]
    flag = ["--keep-white-space", "true"]
    assert main([*arguments, "character", *flag]) == 0
    kept = capsys.readouterr().out
    assert main([*arguments, "character"]) == 0
    assert capsys.readouterr().out != kept
    assert main([*arguments, "word", *flag]) == 2
    assert "`keep_white_space` does nothing" in capsys.readouterr().err
