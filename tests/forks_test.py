"""Tests of processes that are forked after TensorFlow was used."""

import os
import signal
import subprocess
import sys

import pytest
import tensorflow as tf

from seq2seq_keras.data import Pairs
from seq2seq_keras.errors import InputError
from seq2seq_keras.evaluation import score_targets
from seq2seq_keras.models import build_model
from seq2seq_keras.text import CharacterTokenizer, Tokenizer
from seq2seq_keras.training import TrainingConfig, fit_tokenizers
from seq2seq_keras.translation import Translator

_REFUSED, _DONE, _OTHER = 3, 4, 5
ACTIONS = {
    "translate": lambda t, folder: t.translate("a"),
    "decode": lambda t, folder: t.decode(["a"]),
    "stream": lambda t, folder: next(t.translate_stream(iter(["a"]))),
    "load": lambda t, folder: Translator.load(folder),
    "save": lambda t, folder: t.save(folder),
    "export": lambda t, folder: t.export(folder / "serving"),
    "score": lambda t, folder: score_targets(t, [("a", "b")]),
    "tokenize": lambda t, folder: t.source_tokenizer.tokenize("a"),
    "split": lambda t, folder: t.source_tokenizer.split(["a"]),
    "detokenize": lambda t, folder: t.target_tokenizer.detokenize([4]),
    "load a tokenizer": lambda t, folder: Tokenizer.load(folder / "tokenizer.json"),
    "fit": lambda t, folder: CharacterTokenizer.fit(["a"]),
    "train": lambda t, folder: fit_tokenizers(TrainingConfig(), Pairs(["a"], ["b"])),
    "build": lambda t, folder: build_model(7, 7, units=4),
}


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")
@pytest.mark.parametrize("action", ACTIONS.values(), ids=ACTIONS)
def test_what_would_wait_for_ever_is_refused(translator, tmp_path, action):
    translator.source_tokenizer.save(tmp_path / "tokenizer.json")
    assert tf.constant(1) + 1 == 2
    child = os.fork()
    if child == 0:
        status = _OTHER
        signal.alarm(100)  # else a failure would wait for ever
        try:
            action(translator, tmp_path)
            status = _DONE
        except InputError as error:
            status = _REFUSED if "get_context('spawn')" in str(error) else _OTHER
        finally:
            os._exit(status)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == _REFUSED
    translator.source_tokenizer.tokenize("a")  # here nothing has changed


# TensorFlow is loaded, but nothing was computed; what the child does ends.
FORK_FIRST = """
import os
import tensorflow, keras, seq2seq_keras.training
child = os.fork()
from seq2seq_keras.text import WordTokenizer
print(WordTokenizer.fit(["a"]).split("a b"), flush=True)
if child:
    raise SystemExit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


@pytest.mark.slow
def test_a_process_that_is_forked_before_may_use_it():
    command = [sys.executable, "-W", "ignore", "-c", FORK_FIRST]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.stdout == "['a', 'b']\n" * 2, done.stderr
