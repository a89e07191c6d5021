"""The commands for word vectors: calls and prints, no logic."""

import inspect
import itertools
import json
import pathlib
import sys
from collections.abc import Callable

from seq2seq_keras.data import read_lines
from seq2seq_keras.errors import InputError
from seq2seq_keras.plots import plot_similarities, plot_vectors
from seq2seq_keras.text import (
    CharacterTokenizer,
    JamoTokenizer,
    Tokenizer,
    WordTokenizer,
)
from seq2seq_keras.vectors import (
    KoreanMorphemes,
    WordVectors,
    evaluate_analogies,
    evaluate_similarity,
    export_projector,
    fasttext,
    glove,
    lsa,
    word2vec,
)
from seq2seq_keras.vectors.evaluation_sets import ANALOGY_SETS, SIMILARITY_SETS

_METHODS: dict[str, Callable] = {
    "lsa": lsa,
    "word2vec": word2vec,
    "fasttext": fasttext,
    "glove": glove,
}
_TOKENIZERS: dict[str, Callable] = {
    "word": WordTokenizer,
    "character": CharacterTokenizer,
    "jamo": JamoTokenizer,
}
# Options that only some of the methods have.
_OPTIONAL = ("window", "epochs", "workers", "algorithm", "letters")


def run_vectors(options):
    """Runs a command below `vectors`.

    Args:
        options: The options of `vectors`, as `make_parser` parses them.
    """
    _ACTIONS[options.action](options[options.action])


def _train(options):
    texts = list(itertools.chain.from_iterable(map(read_lines, options.input)))
    if options.lowercase:
        texts = [text.lower() for text in texts]
    make = _METHODS[options.method]
    given = {name: options[name] for name in _OPTIONAL if options[name] is not None}
    if unknown := set(given) - set(inspect.signature(make).parameters):
        raise InputError(
            f"{options.method} has no option {', '.join(sorted(unknown))}."
        )
    vectors = make(
        texts,
        tokenizer=_tokenizer(options.tokenizer),
        dimensions=options.dimensions,
        min_count=options.min_count,
        max_words=options.max_words,
        seed=options.seed,
        **given,
    )
    vectors.save(options.output, format=options.format)
    print(f"{vectors.describe()} are in {options.output}. Look at them with:")
    print(f"  seq2seq-keras vectors similar {options.output} {vectors.words[-1]}")


def _tokenizer(name):
    if name == "white_space":
        return None
    if name == "morphemes":
        return KoreanMorphemes()
    if name in _TOKENIZERS:
        # Cutting needs no vocabulary, so a stand-in does.
        return _TOKENIZERS[name](["-"])
    if pathlib.Path(name).suffix == ".json":
        return Tokenizer.load(name)
    raise InputError(
        "`tokenizer` must be white_space, word, character, jamo, morphemes or a JSON "
        f"file of a tokenizer. Received: {name!r}"
    )


def _load(options):
    vocabulary = list(read_lines(options.vocabulary)) if options.vocabulary else None
    vectors = _read(options, vocabulary=vocabulary)
    print(vectors.describe())
    if vocabulary is not None:
        found = sum(word in vectors for word in set(vocabulary))
        print(f"{found:,} of {len(set(vocabulary)):,} words of the vocabulary found")
    if options.output is not None:
        vectors.save(options.output, format=options.format)
        print(f"They are in {options.output}.")
    if options.projector is not None:
        export_projector(vectors, options.projector)
        print(f"Look at them with: tensorboard --logdir {options.projector}")


def _similar(options):
    found = _read(options).most_similar(options.words, options.count)
    for word, neighbours in zip(options.words, found, strict=True):
        if len(options.words) > 1:
            print(word)
        _print_neighbours(neighbours)


def _analogy(options):
    words = (options.first, options.second, options.third)
    _print_neighbours(_read(options).analogy(*words, options.count))


def _evaluate(options):
    vectors, results = _read(options), {}
    for name in options.sets:
        analogies = name in ANALOGY_SETS or (
            name not in SIMILARITY_SETS and "\t" not in _first_line(name)
        )
        evaluate = evaluate_analogies if analogies else evaluate_similarity
        results[name] = evaluate(vectors, name)
    if options.json:
        values = {name: _as_json(result) for name, result in results.items()}
        print(json.dumps(values, ensure_ascii=False, indent=2, allow_nan=False))
        return
    for name, result in results.items():
        print(f"{name}: {result}")


def _plot(options):
    vectors = _read(options)
    if options.kind == "similarities":
        plot_similarities(vectors, options.words, options.output)
    else:
        plot_vectors(
            vectors,
            options.words,
            options.output,
            method=options.kind,
            seed=options.seed,
        )
    print(f"The picture is in {options.output}.")


def _read(options, **others):
    return WordVectors.load(
        options.file,
        limit=options.limit,
        member=options.member,
        progress=sys.stderr.isatty(),
        **others,
    )


def _first_line(path):
    """The first line that is neither a comment nor the name of a section."""
    lines = (line for line in read_lines(path) if line.strip() and line[0] not in "#:")
    return next(lines, "")


def _as_json(result):
    # JSON has no NaN.
    return {
        name: None if value != value else value
        for name, value in result._asdict().items()
    }


def _print_neighbours(neighbours):
    for word, similarity in neighbours:
        print(f"{similarity:.4f}\t{word}")


_ACTIONS = {
    "train": _train,
    "load": _load,
    "similar": _similar,
    "analogy": _analogy,
    "evaluate": _evaluate,
    "plot": _plot,
}
