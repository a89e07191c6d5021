"""The options of the commands for word vectors."""

from typing import Literal

import jsonargparse
from jsonargparse.typing import PositiveInt

METHODS = ("lsa", "word2vec", "fasttext", "glove")


def add_vector_options(command):
    """Adds the commands below `vectors`.

    Args:
        command: The `jsonargparse.ArgumentParser` of `vectors`. Its result then has the
            name of the command as `action` and its options under that name.
    """
    actions = command.add_subcommands(dest="action", metavar="ACTION")
    for name, (description, add_options) in _ACTIONS.items():
        action = jsonargparse.ArgumentParser(
            description=description, exit_on_error=False
        )
        action.add_argument(
            "--config", action="config", help="YAML file with any of these options."
        )
        add_options(action)
        actions.add_subcommand(name, action, help=description)


def _add_train_options(action):
    add = action.add_argument
    add("--input", nargs="+", required=True, help="Text files, a sentence a line.")
    add("--output", required=True, help="Where to write, e.g. vectors.txt.gz.")
    _add_format(action)
    add("--method", type=Literal[METHODS], default="word2vec", help="How to learn.")
    add(
        "--tokenizer",
        default="white_space",
        help="What a word is: white_space, word, character, jamo, morphemes (Korean, "
        "from the extra `korean`), or the JSON file of a tokenizer.",
    )
    add("--lowercase", action="store_true", help="Lower-case all text.")
    add("--dimensions", type=PositiveInt, default=100, help="Size of the vectors.")
    add("--min_count", type=PositiveInt, default=2, help="Leave rarer words out.")
    add("--max_words", type=PositiveInt, help="The most words.")
    add("--seed", type=int, default=0, help="Seed of everything random.")
    for name, kind, text in (
        ("window", PositiveInt, "The farthest neighbour, in words."),
        ("epochs", PositiveInt, "Passes over the texts."),
        ("workers", PositiveInt, "Threads of word2vec and fasttext; 1 is repeatable."),
        ("algorithm", Literal["skip_gram", "cbow"], "Of word2vec and fasttext."),
        ("letters", Literal["characters", "jamo"], "What fasttext's n-grams are of."),
    ):
        add(f"--{name}", type=kind, help=f"{text} Defaults to the method's own.")


def _add_load_options(action):
    _add_file(action)
    action.add_argument(
        "--vocabulary", help="Keep only the words of this file, one a line."
    )
    action.add_argument("--output", help="Where to write them anew.")
    _add_format(action)
    action.add_argument(
        "--projector", help="Folder for the files of TensorBoard's projector."
    )


def _add_similar_options(action):
    _add_file(action)
    action.add_argument("words", nargs="+", metavar="WORD", help="What to look near.")
    _add_count(action)


def _add_analogy_options(action):
    _add_file(action)
    for name, text in (
        ("first", "This word is"),
        ("second", "to this one"),
        ("third", "as this one is to the one that is looked for."),
    ):
        action.add_argument(name, help=text)
    _add_count(action)


def _add_evaluate_options(action):
    _add_file(action)
    action.add_argument(
        "--sets",
        nargs="+",
        default=["wordsim353", "simlex999", "google"],
        help="Test sets: wordsim353, simlex999, google (analogies), or files: lines of "
        "two words and a number with tabs, or of the four words of an analogy.",
    )
    action.add_argument(
        "--json", action="store_true", help="Print JSON in place of lines."
    )


def _add_plot_options(action):
    _add_file(action)
    add = action.add_argument
    add("--words", nargs="+", required=True, help="What to draw.")
    add("--output", default="vectors.png", help="The picture.")
    add(
        "--kind",
        type=Literal["pca", "tsne", "similarities"],
        default="pca",
        help="Points by their principal components or t-SNE, or a heat map.",
    )
    add("--seed", type=int, default=0, help="Seed of t-SNE.")


def _add_file(action):
    action.add_argument("file", help="Word vectors of word2vec, GloVe or fastText.")
    action.add_argument("--member", help="Which file of a zip archive.")
    action.add_argument("--limit", type=PositiveInt, help="Read no more words.")


def _add_format(action):
    action.add_argument(
        "--format",
        type=Literal["word2vec", "glove", "binary"],
        help="How to write. Defaults to binary for .bin, else to word2vec.",
    )


def _add_count(action):
    action.add_argument(
        "--count", type=PositiveInt, default=10, help="How many words to show."
    )


_ACTIONS = {
    "train": ("Learn word vectors from text.", _add_train_options),
    "load": ("Describe vectors, cut them to what is needed.", _add_load_options),
    "similar": ("Show the nearest words.", _add_similar_options),
    "analogy": ("Complete an analogy.", _add_analogy_options),
    "evaluate": ("Score vectors on test sets.", _add_evaluate_options),
    "plot": ("Draw words as points or as a heat map.", _add_plot_options),
}
