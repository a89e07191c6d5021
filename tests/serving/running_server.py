"""Servers in processes of their own, and small models for them."""

import contextlib
import json
import subprocess
import sys
import threading

import httpx
import keras

from seq2seq_keras.models import build_model
from seq2seq_keras.text import WordTokenizer
from seq2seq_keras.translation import Translator

SENTENCES = ["a b c d", "the cat sees the dog .", "où est l'été ?", "b d the où"]
COMMAND = [sys.executable, "-m", "seq2seq_keras", "serve"]


class Served:
    """A server that runs in a process of its own."""

    def __init__(self, process):
        self.process = process
        words = process.stdout.readline().split()
        self.url, self.grpc = words[3], words[5]
        self.lines = []
        self.reader = threading.Thread(target=self._read, daemon=True)
        self._ready = threading.Event()
        self.reader.start()

    def _read(self):
        for line in self.process.stdout:
            self.lines.append(line)
            if line == "Ready.\n":
                self._ready.set()
        self._ready.set()

    def wait(self):
        """Until it is ready, or has ended."""
        self._ready.wait()
        assert self.process.poll() is None, self.lines
        return self

    def client(self, **options):
        return httpx.Client(base_url=self.url, timeout=60, **options)


@contextlib.contextmanager
def started(*arguments):
    """A server with these arguments at any free ports."""
    ports = ("--rest-port", "0", "--grpc-port", "0")
    process = subprocess.Popen(
        [*COMMAND, *map(str, arguments), *ports],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
    )
    try:
        server = Served(process)
        yield server
        process.terminate()
        server.reader.join()
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def make_translator(seed, **search):
    """A translator that was not trained, and so says the strangest things."""
    keras.utils.set_random_seed(seed)
    tokenizer = WordTokenizer.fit(SENTENCES)
    size = tokenizer.vocabulary_size
    model = build_model(size, size, units=16, embedding_dim=8, attention="luong")
    # Differences that no rounding makes up for.
    for variable in model.trainable_variables:
        variable.assign(variable * 3.0)
    return Translator(model, tokenizer, tokenizer, **{"max_length": 9, **search})


def posted(client, path, record, status=200):
    """What is answered to JSON."""
    response = client.post(path, json=record)
    assert response.status_code == status, response.text
    return json.loads(response.text)  # which knows Infinity
