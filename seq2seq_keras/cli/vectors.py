"""The commands for word vectors, and their options."""

import inspect
import itertools
import pathlib
import sys
from collections.abc import Iterable
from typing import Any

from jsonargparse import ArgumentParser as Parser
from jsonargparse import Namespace as Options

from seq2seq_keras import data, plots, text, vectors
from seq2seq_keras.cli.output import print_json
from seq2seq_keras.cli.value_types import add_choice, add_number
from seq2seq_keras.errors import InputError
from seq2seq_keras.terminal import (
    is_terminal,
    quoted,
    quoted_path,
    show,
    write_result,
)

_METHODS = ("lsa", "word2vec", "fasttext", "glove")
_TOKENIZERS = {
    "word": "WordTokenizer",
    "character": "CharacterTokenizer",
    "jamo": "JamoTokenizer",
}
_OWN = "Defaults to the method's own."
# Options that only some of the methods have.
_OPTIONAL = ("window", "epochs", "workers", "algorithm", "letters")


def run_vectors(options: Options) -> None:
    """Runs a command below `vectors`, given the options that `make_parser` parsed."""
    _, _, run = _COMMANDS[options.action]
    run(options[options.action])


def _train(options: Options) -> None:
    texts = list(itertools.chain.from_iterable(map(data.read_lines, options.input)))
    if options.lowercase:
        texts = [text.lower() for text in texts]
    make = getattr(vectors, options.method)
    given = {name: options[name] for name in _OPTIONAL if options[name] is not None}
    if unknown := set(given) - set(inspect.signature(make).parameters):
        raise InputError(
            f"{options.method} has no option {', '.join(sorted(unknown))}."
        )
    made = make(
        texts,
        tokenizer=_tokenizer(options.tokenizer),
        dimensions=options.dimensions,
        min_frequency=options.min_frequency,
        max_words=options.max_words,
        seed=options.seed,
        **given,
    )
    made.save(options.output, format=options.format)
    show(f"{made.describe()} are in {options.output}. Look at them with:")
    words = f"{quoted_path(options.output)} -- {quoted(made.words[-1])}"
    show(f"  seq2seq-keras vectors similar {words}")


def _tokenizer(name: str) -> Any:
    if name == "space":
        return None
    if name == "morphemes":
        return vectors.KoreanMorphemes()
    if name in _TOKENIZERS:
        # Cutting needs no vocabulary, so a stand-in does.
        return getattr(text, _TOKENIZERS[name])(["-"])
    if pathlib.Path(name).suffix == ".json":
        return text.Tokenizer.load(name)
    raise InputError(
        "`tokenizer` must be space, word, character, jamo, morphemes or a JSON "
        f"file of a tokenizer. Received: {name!r}"
    )


def _load(options: Options) -> None:
    vocabulary = (
        list(data.read_lines(options.vocabulary)) if options.vocabulary else None
    )
    read = _read(options, vocabulary=vocabulary)
    show(read.describe())
    if vocabulary is not None:
        found = sum(word in read for word in set(vocabulary))
        show(f"{found:,} of {len(set(vocabulary)):,} words of the vocabulary found")
    if options.output is not None:
        read.save(options.output, format=options.format)
        show(f"They are in {options.output}.")
    if options.projector is not None:
        vectors.export_projector(read, options.projector)
        show(
            f"Look at them with: tensorboard --logdir {quoted_path(options.projector)}"
        )


def _similar(options: Options) -> None:
    found = _read(options).most_similar(options.words, options.count)
    for word, neighbours in zip(options.words, found, strict=True):
        if len(options.words) > 1:
            write_result(word)
        _print_neighbours(neighbours)


def _analogy(options: Options) -> None:
    words = (options.first, options.second, options.third)
    _print_neighbours(_read(options).analogy(*words, options.count))


def _evaluate(options: Options) -> None:
    read, results = _read(options), {}
    for name in options.sets:
        # Four words, also where tabs part them, against two words and a number.
        analogies = name in vectors.ANALOGY_SETS or (
            name not in vectors.SIMILARITY_SETS
            and _first_line(name).count("\t") in (0, 3)
        )
        evaluate = (
            vectors.evaluate_analogies if analogies else vectors.evaluate_similarity
        )
        results[name] = evaluate(read, name)
    if options.json:
        values = {name: _as_json(result) for name, result in results.items()}
        print_json(values)
        return
    for name, result in results.items():
        show(f"{name}: {result}")


def _plot(options: Options) -> None:
    read = _read(options)
    if options.kind == "similarities":
        plots.plot_similarities(read, options.words, options.output)
    else:
        plots.plot_vectors(
            read, options.words, options.output, method=options.kind, seed=options.seed
        )
    show(f"The picture is in {options.output}.")


def _read(options: Options, **others: Any) -> Any:
    return vectors.WordVectors.load(
        options.file,
        limit=options.limit,
        member=options.member,
        progress=is_terminal(sys.stderr),
        **others,
    )


def _first_line(path: str) -> str:
    """The first line that is neither a comment nor the name of a section."""
    lines = (
        line for line in data.read_lines(path) if line.strip() and line[0] not in "#:"
    )
    return next(lines, "")


def _as_json(result: Any) -> dict[str, float | None]:
    # JSON has no NaN.
    return {
        name: None if value != value else value
        for name, value in result._asdict().items()
    }


def _print_neighbours(neighbours: Iterable[tuple[str, float]]) -> None:
    for word, similarity in neighbours:
        write_result(f"{similarity:.4f}\t{word}")


def _add_train_options(command: Parser) -> None:
    add = command.add_argument
    add("--input", nargs="+", required=True, help="Text files, a sentence a line.")
    add("--output", required=True, help="Where to write, e.g. vectors.txt.gz.")
    _add_format(command)
    add_choice(command, "method", _METHODS, "word2vec", "How to learn.")
    add(
        "--tokenizer",
        default="space",
        help="What a word is: space, word, character, jamo, morphemes (Korean, "
        "from the extra `korean`), or the JSON file of a tokenizer.",
    )
    add("--lowercase", action="store_true", help="Lower-case all text.")
    for name, default, about in (
        ("dimensions", 100, "Size of the vectors."),
        ("min_frequency", 2, "Leave rarer words out."),
        ("max_words", None, "The most words."),
        ("seed", 0, "Seed of everything random."),
        ("window", None, f"The farthest neighbour, in words. {_OWN}"),
        ("epochs", None, f"Passes over the texts. {_OWN}"),
        ("workers", None, f"Threads of word2vec and fasttext; 1 repeats. {_OWN}"),
    ):
        add_number(command, name, vectors.NUMBERS[name], default, about)
    for name, choices, about in (
        ("algorithm", ("skip_gram", "cbow"), "Of word2vec and fasttext."),
        ("letters", ("characters", "jamo"), "What fasttext's n-grams are of."),
    ):
        add_choice(command, name, choices, None, f"{about} {_OWN}")


def _add_load_options(command: Parser) -> None:
    _add_file(command)
    command.add_argument(
        "--vocabulary", help="Keep only the words of this file, one a line."
    )
    command.add_argument("--output", help="Where to write them anew.")
    _add_format(command)
    command.add_argument(
        "--projector", help="Folder for the files of TensorBoard's projector."
    )


def _add_similar_options(command: Parser) -> None:
    _add_file(command)
    command.add_argument("words", nargs="+", metavar="WORD", help="What to look near.")
    _add_count(command)


def _add_analogy_options(command: Parser) -> None:
    _add_file(command)
    for name, about in (
        ("first", "This word is"),
        ("second", "to this one"),
        ("third", "as this one is to the one that is looked for."),
    ):
        command.add_argument(name, help=about)
    _add_count(command)


def _add_evaluate_options(command: Parser) -> None:
    _add_file(command)
    command.add_argument(
        "--sets",
        nargs="+",
        default=["wordsim353", "simlex999", "google"],
        help="Test sets: wordsim353, simlex999, google (analogies), or files: lines of "
        "two words and a number with tabs, or of the four words of an analogy.",
    )
    command.add_argument(
        "--json", action="store_true", help="Print JSON in place of lines."
    )


def _add_plot_options(command: Parser) -> None:
    _add_file(command)
    add = command.add_argument
    add("--words", nargs="+", required=True, help="What to draw.")
    add("--output", default="vectors.png", help="The picture.")
    about = "Points by their principal components or t-SNE, or a heat map."
    add_choice(command, "kind", ("pca", "tsne", "similarities"), "pca", about)
    add_number(command, "seed", vectors.NUMBERS["seed"], 0, "Seed of t-SNE.")


def _add_file(command: Parser) -> None:
    command.add_argument(
        "file",
        help="Vectors of word2vec, GloVe or fastText; FILE:MEMBER of a zip archive.",
    )
    command.add_argument("--member", help="The same as FILE:MEMBER.")
    limits = vectors.NUMBERS["limit"]
    add_number(command, "limit", limits, None, "Read no more words.")


def _add_format(command: Parser) -> None:
    about = "How to write. Defaults to binary for .bin, else to word2vec."
    add_choice(command, "format", ("word2vec", "glove", "binary"), None, about)


def _add_count(command: Parser) -> None:
    counts = vectors.NUMBERS["count"]
    add_number(command, "count", counts, 10, "How many words to show.")


_COMMANDS = {
    "train": ("Learn word vectors from text.", _add_train_options, _train),
    "load": ("Describe vectors, cut them to what is needed.", _add_load_options, _load),
    "similar": ("Show the nearest words.", _add_similar_options, _similar),
    "analogy": ("Complete an analogy.", _add_analogy_options, _analogy),
    "evaluate": ("Score vectors on test sets.", _add_evaluate_options, _evaluate),
    "plot": ("Draw words as points or as a heat map.", _add_plot_options, _plot),
}
# What each is, and what adds its options.
VECTOR_OPTIONS = {name: (about, add) for name, (about, add, _) in _COMMANDS.items()}
