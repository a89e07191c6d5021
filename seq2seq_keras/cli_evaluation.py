"""The commands that score translations: `evaluate`, `compare`, `score`, `report`."""

import json
import sys

from seq2seq_keras.data import load_corpus
from seq2seq_keras.decoding import SearchOptions
from seq2seq_keras.errors import InputError
from seq2seq_keras.evaluation import (
    compare_translations,
    comparison_lines,
    comparison_record,
    evaluate_translator,
    evaluation_record,
    length_lines,
    perplexity,
    read_system,
    score_by_length,
    score_targets,
    score_translations,
    write_html_report,
)
from seq2seq_keras.files import write_text
from seq2seq_keras.plots import plot_score_by_length
from seq2seq_keras.training import read_files, trained_seed
from seq2seq_keras.translation import Translator


def evaluate(options):
    """Scores translations of a test set."""
    translator = load_ensemble(options)
    pairs, name = _test_pairs(options, options.model)
    search = translator.search.replace(**given_search(options))
    protocol = f"{name}, {search.describe()}"
    if options.ensemble:
        protocol += f", ensemble of {len(translator.models)}"
    evaluation = evaluate_translator(
        translator,
        pairs,
        batch_size=options.batch_size,
        protocol=protocol,
        bleu_tokenizer=options.bleu_tokenizer,
        **given_search(options),
    )
    if options.output:
        write_text(options.output, "".join(f"{t}\n" for t in evaluation.translations))
    table = _length_table(options, translator, pairs, evaluation)
    if options.length_plot:
        plot_score_by_length({str(options.model): table}, options.length_plot)
    if options.json:
        record = evaluation_record(evaluation, translator, pairs, table)
        print(json.dumps(record, ensure_ascii=False, indent=2, allow_nan=False))
        return
    examples = zip(pairs, evaluation.translations, strict=True)
    for _, ((source, reference), translation) in zip(
        range(options.examples), examples, strict=False
    ):
        print(f"source:      {source}")
        print(f"translation: {translation}")
        print(f"reference:   {reference}\n")
    print(evaluation)
    if options.by_length:
        print("\n".join(["", *length_lines(table)]))


def compare(options):
    """Tells whether one system is better than another, or was lucky."""
    pairs, name = _test_pairs(options, options.systems[0])
    if len(set(options.systems)) < len(options.systems):
        raise InputError("A system is named twice. Name each one once.")
    systems, tokenizer = {}, None
    for path in options.systems:
        systems[path], own = read_system(
            path, pairs.source, batch_size=options.batch_size, **given_search(options)
        )
        # One tokenizer for all, or the rates could not be compared.
        tokenizer = tokenizer or own
    table = compare_translations(
        systems, pairs.target, tokenizer, bleu_tokenizer=options.bleu_tokenizer
    )
    if options.json:
        record = comparison_record(table, pairs, name)
        print(json.dumps(record, ensure_ascii=False, indent=2, allow_nan=False))
    else:
        print(
            "\n".join([f"{name}, {len(pairs):,} sentences", *comparison_lines(table)])
        )


def score(options):
    """Tells how probable given targets are."""
    translator = Translator.load(options.model)
    pairs, name = _test_pairs(options, options.model)
    scores = score_targets(
        translator,
        pairs,
        free_running=options.free_running,
        batch_size=options.batch_size,
    )
    for (_, target), each in zip(pairs, scores, strict=True):
        print(f"{each.log_probability:.4f}\t{target}")
    kind = "free-running" if options.free_running else "teacher-forced"
    print(f"{kind} perplexity {perplexity(scores):.3f}, {name}", file=sys.stderr)


def report(options):
    """Writes translations of a test set as a page to look at."""
    translator = Translator.load(options.model)
    pairs, name = _test_pairs(options, options.model)
    pairs = pairs[:: -(-len(pairs) // options.sentences)]
    search = translator.search.replace(**given_search(options))
    translations = translator.decode(
        pairs.source, batch_size=options.batch_size, **given_search(options)
    )
    write_html_report(
        translations,
        pairs.target,
        options.output,
        title=f"{name}, {search.describe()}",
        scores=score_translations(
            [translation.text for translation in translations],
            pairs.target,
            translator.target_tokenizer,
        ),
    )
    print(f"{len(pairs):,} sentences are in {options.output}. Open it in a browser.")


def load_ensemble(options):
    """The translator of a command, or that and the others it takes with it."""
    folders = [options.model, *options.ensemble]
    translators = [Translator.load(folder) for folder in folders]
    return translators[0] if len(folders) == 1 else Translator.ensemble(translators)


def given_search(options):
    """The search options that were given."""
    given = {name: options[name] for name in SearchOptions.__dataclass_fields__}
    return {name: value for name, value in given.items() if value is not None}


def _test_pairs(options, model):
    """The pairs of a test set, and what to call them."""
    if (options.test is None) == (options.corpus is None):
        raise InputError("Give either `--test` files or the name of a `--corpus`.")
    if options.test is not None:
        pairs = read_files(options.test, columns=options.columns)
        return pairs, " and ".join(options.test)
    seed = trained_seed(model) if options.seed is None else options.seed
    pairs = load_corpus(options.corpus, seed=seed).test
    return pairs, f"test split of {options.corpus}, seed {seed}"


def _length_table(options, translator, pairs, evaluation):
    # Words to spell have no BLEU.
    metric = "exact_match" if evaluation.scores.bleu is None else "bleu"
    return score_by_length(
        pairs.source,
        evaluation.translations,
        pairs.target,
        translator.target_tokenizer,
        metric=options.length_metric or metric,
        bleu_tokenizer=options.bleu_tokenizer,
    )
