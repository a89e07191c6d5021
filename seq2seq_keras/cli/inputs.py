"""What commands read: texts to translate, and test sets."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from jsonargparse import Namespace as Options

from seq2seq_keras import data, decoding, training, translation
from seq2seq_keras.cli.agreement import agreed_reading, corpus_seed, given_of
from seq2seq_keras.errors import InputError
from seq2seq_keras.terminal import say


class SourceReader:
    """Reads the texts to translate: lines, or a column of a table.

    Args:
        options: The options of a command.
        model: The folder of the translator, whose training says how tables are read.
    """

    def __init__(self, options: Options, model: str) -> None:
        given = given_of(options, data.ReadingOptions)
        if "columns" in given:
            given["columns"] = [given["columns"][0]] * 2
        self.given = given
        self.reading, self.taken = training.trained_reading(model, given)

    def __call__(
        self,
        path: str,
        is_featured: bool,
        skip: Callable[[str], None] | None = None,
    ) -> Iterator[str]:
        """Yields the texts of a file; see `data.read_sources`.

        Args:
            path: The file; "-" for standard input.
            is_featured: Whether features stand before each source.
            skip: Optional function; see there.
        """
        reading = self.reading
        if path == "-":
            # What is piped in is as the terminal has it.
            reading.encoding = self.given.get("encoding", "utf-8")
        elif "encoding" in self.taken:
            data.check_remembered_encoding(path, reading.encoding)
            say(f"{path} is read as {reading.encoding}, as in the training.")
        # Whoever writes features before each source does not name a column.
        if is_featured and not self.given and reading.features_column is None:
            return _with_features(
                data.read_lines(path, encoding=reading.encoding), path
            )
        return data.read_sources(path, reading, given=self.given, say=say, skip=skip)


def _with_features(lines: Iterator[str], path: str) -> Iterator[str]:
    """Lines of features, a tab and a source; refuses rows of a table of pairs."""
    for number, line in enumerate(lines):
        if number == 0 and (tabs := line.count("\t")) > 1:
            raise InputError(
                f"{path}, line 1: {tabs + 1} columns, where features, a tab and a "
                "source are read. If it is a table, name its columns: `--columns 0 "
                "--features-column 1`."
            )
        yield line


def given_search(options: Options) -> dict[str, Any]:
    """The search options that were given."""
    return given_of(options, decoding.SearchOptions)


def read_test_pairs(options: Options, models: Sequence[str]) -> tuple[Any, str]:
    """The pairs of a test set, and what to call them."""
    if (options.test is None) == (options.corpus is None):
        raise InputError("Give either `--test` files or the name of a `--corpus`.")
    if options.test is not None:
        return read_pairs(options.test, options, models), " and ".join(options.test)
    corpus, seed = _corpus(options, models)
    return corpus.test, f"test split of {options.corpus}, seed {seed}"


def read_validation_pairs(options: Options, models: Sequence[str]) -> tuple[Any, str]:
    """The pairs that options are chosen by, and what to call them."""
    files = options.validation
    if (files is None) == (options.corpus is None):
        raise InputError(
            "Give either `--validation` files or the name of a `--corpus`."
        )
    if files is not None:
        return read_pairs(files, options, models), " and ".join(files)
    corpus, seed = _corpus(options, models)
    return corpus.validation, f"validation split of {options.corpus}, seed {seed}"


def _corpus(options: Options, models: Sequence[str]) -> tuple[data.Corpus, int]:
    seed = corpus_seed(options, models)
    return data.load_corpus(options.corpus, seed=seed), seed


def read_pairs(
    files: Sequence[str],
    options: Options,
    models: Sequence[str],
    *,
    backward: bool = False,
) -> Any:
    """The pairs of files, read as all translators were trained unless told otherwise.

    Args:
        files: The files, folders or patterns.
        options: The options of a command, with those of `ReadingOptions`.
        models: The folders of all translators that have a part in it.
        backward: Whether their sources are the targets of these pairs.

    Raises:
        InputError: As `agreed_reading` does.
    """
    reading, taken = agreed_reading(files, options, models)
    if backward:
        taken = _turned(taken)
        reading = data.ReadingOptions(
            **{**taken, **given_of(options, data.ReadingOptions)}
        )
    found = data.read_files(files, options=reading, may_be_idle=taken)
    if taken and (found.is_table or "encoding" in taken):
        first = next(filter(training.is_remembered, models))
        say(f"Read as in the training of {first}: {training.as_options(taken)}")
    for guess in found.guesses:
        say(guess)
    return found.pairs


def _turned(taken: dict[str, Any]) -> dict[str, Any]:
    """What a training was told, for pairs whose targets are what its sources were."""
    of_features = ("features_column", "features_separator")  # those of its own sources
    turned = {name: value for name, value in taken.items() if name not in of_features}
    if "columns" in turned:
        turned["columns"] = turned["columns"][::-1]
    return turned


def read_test_set(options: Options, models: Sequence[str]) -> tuple[Any, str]:
    """Sources with their references, as pairs or as sets, and what to call them."""
    test, name = _references(options, models) or read_test_pairs(options, models)
    grouped = data.group_sources(test)
    if options.group_sources:
        return grouped, f"{name}, sources grouped"
    if isinstance(test, data.Pairs):
        _say_what_is_not_grouped(grouped)
    return test, name


def has_references(options: Options, models: Sequence[str]) -> bool:
    """Whether `--test` names a file of sources and several of references."""
    return _reading_of_references(options, models) is not None


def _reading_of_references(
    options: Options, models: Sequence[str]
) -> data.ReadingOptions | None:
    if options.test is None or options.corpus is not None or len(options.test) < 3:
        return None
    reading, _ = agreed_reading(options.test, options, models)
    # What stands for several files stands for tables.
    files, are_found = data.expand_files(options.test)
    return None if are_found or data.is_table(files[0], reading) else reading


def _references(options: Options, models: Sequence[str]) -> tuple[Any, str] | None:
    """The sources with all their references, if a file holds each, and a name."""
    reading = _reading_of_references(options, models)
    if reading is None:
        return None
    source, *references = options.test
    for name in given_of(options, data.ReadingOptions):
        if name != "encoding":
            option = name.replace("_", "-")
            raise InputError(
                f"`--{option}` does nothing beside several files of references."
            )
    test = data.read_evaluation_set(source, references, encoding=reading.encoding)
    return test, f"{source} with the references {', '.join(references)}"


def _say_what_is_not_grouped(grouped: data.EvaluationSet) -> None:
    if several := sum(len(own) > 1 for own in grouped.references):
        say(
            f"{several:,} of {len(grouped):,} sources have several targets, and a "
            "translation is scored by the one of its line: `--group-sources` takes "
            "all of them as references."
        )


def load_together(folders: Sequence[str]) -> Any:
    """A translator, or several as an ensemble."""
    first, *others = [translation.Translator.load(folder) for folder in folders]
    return translation.Translator.ensemble([first, *others]) if others else first


def all_translators(options: Options) -> list[str]:
    """The folders of all translators that have a part in what is found."""
    return [options.model, *options.ensemble, *options.rescore]


def rescoring_of(options: Options) -> dict[str, Any]:
    """The translator that judges what others have found, and what it counts."""
    if not options.rescore:
        return {}
    scorer = load_together(options.rescore)
    return {"rescore": scorer, **rescoring_weights(options)}


def rescoring_weights(options: Options) -> dict[str, Any]:
    """What the translator that judges counts, where there is one."""
    names = translation.RescoringOptions.__dataclass_fields__ if options.rescore else ()
    return {name: options[name] for name in names}
