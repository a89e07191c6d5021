"""Commands that make translations better: of options, and of data."""

from typing import Any

from jsonargparse import Namespace as Options

from seq2seq_keras import data, evaluation, text, training, translation
from seq2seq_keras.cli.agreement import agreed_reading, corpus_seed
from seq2seq_keras.cli.inputs import (
    SourceReader,
    all_translators,
    given_search,
    load_together,
    read_pairs,
    read_validation_pairs,
)
from seq2seq_keras.errors import InputError
from seq2seq_keras.files import replaced_when_complete, write_text
from seq2seq_keras.terminal import quoted_path, say, show


def tune_search(options: Options) -> None:
    """Chooses the options of a search by validation pairs."""
    translator = load_together([options.model, *options.ensemble])
    scorer = load_together(options.rescore) if options.rescore else None
    pairs, name = read_validation_pairs(options, all_translators(options))
    metric = options.metric
    if metric is None:
        has_bleu = evaluation.score_translations(
            pairs.target, pairs, intervals=False
        ).bleu
        metric = "exact_match" if has_bleu is None else "bleu"
    label, digits = (
        getattr(evaluation.METRICS[metric], x) for x in ("label", "digits")
    )
    say(f"{label} of {len(pairs):,} pairs, {name}")

    def tell(trial: evaluation.SearchTrial) -> None:
        words = ", ".join(f"{name}={value}" for name, value in trial.options.items())
        say(f"{trial.score:.{digits}f}  {words}")

    widths = [
        w for w in (*evaluation.BEAM_WIDTHS, 50, 100) if w <= options.max_beam_width
    ]
    tuned = evaluation.tune_search(
        translator,
        pairs,
        metric=metric,
        rescore=scorer,
        beam_widths=widths,
        batch_size=options.batch_size,
        bleu_tokenizer=options.bleu_tokenizer,
        progress=tell,
    )
    beside = {"rescore": options.rescore or (), "ensemble": options.ensemble}
    write_text(options.output, tuned.as_yaml(**beside))
    show(f"The options are in {options.output}. Use them:")
    model, file = quoted_path(options.model), quoted_path(options.output)
    show(f"  seq2seq-keras translate {model} --config {file} --input FILE")


def distill(options: Options) -> None:
    """Writes training pairs that teachers have translated."""
    # What is wrong with files is told before models are loaded.
    given = _pairs_to_distill(options)
    chosen = training.DistillationOptions(
        **{
            name: options[name]
            for name in training.DistillationOptions.__dataclass_fields__
        }
    )
    teachers = [translation.Translator.load(folder) for folder in options.teachers]
    if given is None:
        given = _texts_to_distill(options, teachers[0])
    columns = _further_columns(options, teachers[0])
    counts = training.DistillationCounts()
    pairs = training.distill(
        teachers,
        given,
        chosen,
        counts=counts,
        batch_size=options.batch_size,
        **given_search(options),
    )
    with (
        replaced_when_complete(options.output) as beside,
        beside.open("w", encoding="utf-8", newline="\n") as file,
    ):
        for line in training.pair_lines(
            pairs,
            has_features="features_column" in columns,
            has_weights="weights_column" in columns,
            counts=counts,
        ):
            file.write(line + "\n")
        if not counts.written:
            tabs = " What `--input` names is texts, no table: each line is one."
            hint = tabs if options.input is not None and counts.unwritable else ""
            raise InputError(
                f"No pair is left to write to {options.output}: {counts}.{hint}"
            )
    show(f"{options.output} has {counts}. Train on it:")
    # `evaluate` and others would else take the columns of a training.
    named = {"columns": ["0", "1"], **columns} if columns else {}
    told = f" {training.as_options(named)}" if named else ""
    if options.corpus is not None:
        # Split as here, or what is taught are pairs that others are tested on.
        seed = corpus_seed(options, options.teachers)
        told = f" --corpus {options.corpus} --seed {seed}{told}"
    show(f"  seq2seq-keras train --train {quoted_path(options.output)}{told}")


def _further_columns(
    options: Options, teacher: "translation.Translator"
) -> dict[str, str]:
    """How the table is read whose columns beside source and target these are."""
    columns: dict[str, str] = {}
    tokenizer = teacher.source_tokenizer
    if isinstance(tokenizer, text.FeaturesTokenizer) and not options.backward:
        columns["features_column"] = "2"
        if tokenizer.features_separator != data.ReadingOptions.features_separator:
            columns["features_separator"] = tokenizer.features_separator
    if options.weights_column is not None:
        columns["weights_column"] = str(3 if columns else 2)
    return columns


def _texts_to_distill(options: Options, teacher: "translation.Translator") -> Any:
    """Texts that have no other side."""
    agreed_reading([options.input], options, options.teachers, tables=False)
    is_featured = isinstance(teacher.source_tokenizer, text.FeaturesTokenizer)
    return SourceReader(options, options.teachers[0])(options.input, is_featured)


def _pairs_to_distill(options: Options) -> Any:
    """The pairs of files or of a corpus; `None` if there are texts in their place."""
    named = [name for name in ("train", "corpus", "input") if options[name] is not None]
    if len(named) != 1:
        raise InputError(
            "Give one of `--train` files, the name of a `--corpus`, and `--input`, a "
            "file of texts."
        )
    if options.input is not None:
        return None
    if options.corpus is not None:
        return data.load_corpus(
            options.corpus, seed=corpus_seed(options, options.teachers)
        ).train
    return read_pairs(
        options.train, options, options.teachers, backward=options.backward
    )
