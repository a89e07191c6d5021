"""Models of like sizes that three toolkits train alike, for decoding_peers.py."""

import hashlib
import json
import math
import pathlib

import keras
import yaml

import seq2seq_keras as s2s
from benchmarks.runner import Peer, write_json
from seq2seq_keras.files import write_text
from seq2seq_keras.special_tokens import SPECIAL_COUNT

BATCH, MAX_LENGTH, SEED, EPOCHS = 64, 50, 0, 2
MODEL = {"units": 256, "embedding_dim": 256, "dropout": 0.2}
LEARNING_RATE, CLIP = 1e-3, 1.0
LANGUAGES = ("en", "de")
TEST = "test_2016_flickr"
PROGRAMS = pathlib.Path(__file__).with_name("peers")
JOEY = ("joeynmt==2.3.0", "importlib_metadata", "torch==2.13.0")
MARIAN = ("pymarian==1.12.42", "numpy==2.4.6")


class Models:
    """The toolkits' translators, from the cache or trained now.

    Attributes:
        pairs: The pairs of each part of the corpus.
        tokenizers: Ours, of both sides; the others get what they make of the texts.
        updates: Of each model.
        translator: Ours.
        peers: The others by their names.
    """

    def __init__(self, data: pathlib.Path, cache: pathlib.Path) -> None:
        self.cache = cache
        self.pairs = {part: _read(data, part) for part in ("train", "val", TEST)}
        train = self.pairs["train"]
        self.updates = EPOCHS * math.ceil(len(train.source) / BATCH)
        self.tokenizers = [
            s2s.WordTokenizer.fit(side, min_frequency=2)
            for side in (train.source, train.target)
        ]
        tokens = self._write_tokens()
        self.peers = {"Marian": self._marian(tokens), "Joey NMT": self._joey(tokens)}
        for peer in self.peers.values():
            assert peer.about["updates"] == self.updates, peer.about
        self.translator = self._ours()

    def _ours(self) -> s2s.Translator:
        folder = self.cache / _named("seq2seq_keras")
        if (folder / "config.json").exists():  # written last
            return s2s.Translator.load(folder)
        keras.utils.set_random_seed(SEED)
        model = s2s.build_model(
            *(tokenizer.vocabulary_size for tokenizer in self.tokenizers),
            **MODEL,
            cell="gru",
            bidirectional=True,
            bridge="dense",
            attention="luong",
            attention_score="general",
            input_feeding=True,
        )
        s2s.compile_model(model, learning_rate=LEARNING_RATE, global_clipnorm=CLIP)
        dataset = s2s.make_dataset(
            self.pairs["train"],
            *self.tokenizers,
            batch_size=BATCH,
            seed=SEED,
        )
        model.fit(dataset, epochs=EPOCHS, shuffle=False, verbose=2)
        assert int(model.optimizer.iterations) == self.updates
        translator = s2s.Translator(model, *self.tokenizers, max_length=MAX_LENGTH)
        translator.save(folder)
        return translator

    def _joey(self, tokens: pathlib.Path) -> Peer:
        config = _config("joeynmt")
        config["data"] |= {"train": str(tokens / "train"), "dev": str(tokens / "val")}
        config["training"]["epochs"] = EPOCHS
        joey = self._peer("joeynmt", JOEY, config, tokens)
        sizes = [tokenizer.vocabulary_size for tokenizer in self.tokenizers]
        assert joey.about["vocabulary_sizes"] == sizes, "the tokens differ"
        return joey

    def _marian(self, tokens: pathlib.Path) -> Peer:
        both = [str(tokens / f"train.{language}") for language in LANGUAGES]
        vocabularies = [str(tokens / f"words.{language}.yml") for language in LANGUAGES]
        added = {"train-sets": both, "vocabs": vocabularies, "after-epochs": EPOCHS}
        return self._peer("marian", MARIAN, {**_config("marian"), **added}, tokens)

    def _peer(
        self, name: str, requirements: tuple, config: dict, tokens: pathlib.Path
    ) -> Peer:
        options = ["--sources", str(tokens / f"{TEST}.{LANGUAGES[0]}")]
        script, called = PROGRAMS / f"{name}_runner.py", _named(name, config)
        return Peer(script, requirements, self.cache, called, config, options)

    def _write_tokens(self) -> pathlib.Path:
        """Our tokenizers' tokens, parted by spaces, and vocabularies for Marian."""
        folder = self.cache / _named("tokens")
        for language, side, tokenizer in zip(
            LANGUAGES, ("source", "target"), self.tokenizers, strict=True
        ):
            for part, pairs in self.pairs.items():
                split = tokenizer.split_to_ragged(getattr(pairs, side))
                lines = [b" ".join(tokens).decode() for tokens in split.to_list()]
                text = "".join(f"{line}\n" for line in lines)
                write_text(folder / f"{part}.{language}", text)
            words = ["</s>", "<unk>", *tokenizer.vocabulary[SPECIAL_COUNT:]]
            numbers = {word: number for number, word in enumerate(words)}
            write_json(folder / f"words.{language}.yml", numbers)
        return folder


def _read(data: pathlib.Path, part: str) -> s2s.Pairs:
    sides = (data / f"{part}.lc.norm.tok.{language}" for language in LANGUAGES)
    return s2s.read_pairs(*sides)


def _config(name: str) -> dict:
    return yaml.safe_load((PROGRAMS / f"{name}.yaml").read_text(encoding="utf-8"))


def _named(name: str, *made_of: object) -> str:
    """A name for a model that changes with what it was made of."""
    what = json.dumps([*made_of, MODEL, LEARNING_RATE, CLIP, BATCH, SEED, EPOCHS])
    return f"{name}-{hashlib.sha256(what.encode()).hexdigest()[:8]}"
