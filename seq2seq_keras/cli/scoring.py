"""Commands that tell how good translations are."""

import itertools
from typing import Any

from jsonargparse import Namespace as Options

from seq2seq_keras import evaluation, plots, translation
from seq2seq_keras.cli.inputs import (
    all_translators,
    given_search,
    has_references,
    load_together,
    read_test_pairs,
    read_test_set,
    rescoring_of,
)
from seq2seq_keras.cli.output import in_a_line, print_json
from seq2seq_keras.errors import InputError
from seq2seq_keras.files import write_text
from seq2seq_keras.terminal import say, show, write_result


def evaluate(options: Options) -> None:
    """Scores translations of a test set."""
    translator = load_together([options.model, *options.ensemble])
    test, name = read_test_set(options, all_translators(options))
    request = {**given_search(options), **rescoring_of(options)}
    search = translation.SearchRequest.of(translator.search, request)
    protocol = f"{name}, {search.describe(' and '.join(options.rescore))}"
    if options.ensemble:
        protocol += f", ensemble of {len(translator.models)}"
    evaluated = evaluation.evaluate_translator(
        translator,
        test,
        batch_size=options.batch_size,
        protocol=protocol,
        bleu_tokenizer=options.bleu_tokenizer,
        **request,
    )
    if options.output:
        lines = map(in_a_line, evaluated.translations)
        write_text(options.output, "".join(f"{line}\n" for line in lines))
    table = _length_table(options, translator, test, evaluated)
    if options.length_plot:
        plots.plot_score_by_length({str(options.model): table}, options.length_plot)
    if options.json:
        record = evaluation.evaluation_record(evaluated, translator, test, table)
        print_json(record)
        return
    examples = zip(test, evaluated.translations, strict=True)
    shown = itertools.islice(examples, options.examples)
    for (source, references), translated in shown:
        show(f"source:      {source}")
        show(f"translation: {translated}")
        own = [references] if isinstance(references, str) else references
        show("".join(f"reference:   {reference}\n" for reference in own))
    show(evaluated)
    if options.by_length:
        show("\n".join(["", *evaluation.length_lines(table)]))


def compare(options: Options) -> None:
    """Tells whether one system is better than another, or was lucky."""
    test, name = read_test_set(options, options.systems)
    if len(set(options.systems)) < len(options.systems):
        raise InputError("A system is named twice. Name each one once.")
    systems, tokenizer = {}, None
    for path in options.systems:
        systems[path], own = evaluation.read_system(
            path, test.source, batch_size=options.batch_size, **given_search(options)
        )
        # One tokenizer for all, or the rates could not be compared.
        tokenizer = tokenizer or own
    table = evaluation.compare_translations(
        systems, test, tokenizer, bleu_tokenizer=options.bleu_tokenizer
    )
    if options.json:
        record = evaluation.comparison_record(table, test, name)
        print_json(record)
    else:
        show(f"{name}, {len(test):,} sentences")
        show("\n".join(evaluation.comparison_lines(table)))


def score(options: Options) -> None:
    """Tells how probable given targets are."""
    if has_references(options, [options.model]):
        raise InputError(
            f"{len(options.test)} files were given to `--test`, and `score` takes one "
            "target for each source. Score each file of targets by itself: `--test "
            "SOURCES TARGETS`."
        )
    translator = translation.Translator.load(options.model)
    pairs, name = read_test_pairs(options, [options.model])
    scores = evaluation.score_targets(
        translator,
        pairs,
        free_running=options.free_running,
        batch_size=options.batch_size,
    )
    for (_, target), each in zip(pairs, scores, strict=True):
        write_result(f"{each.log_probability:.4f}\t{in_a_line(target)}")
    kind = "free-running" if options.free_running else "teacher-forced"
    perplexity = evaluation.perplexity(scores)
    say(f"{kind} perplexity {perplexity:.3f}, {name}")


def report(options: Options) -> None:
    """Writes translations of a test set as a page to look at."""
    translator = translation.Translator.load(options.model)
    test, name = read_test_set(options, [options.model])
    test = test[:: -(-len(test) // options.sentences)]
    search = translator.search.replace(**given_search(options))
    translations = translator.decode(
        test.source, batch_size=options.batch_size, **given_search(options)
    )
    evaluation.write_html_report(
        translations,
        test,
        options.output,
        title=f"{name}, {search.describe()}",
        scores=evaluation.score_translations(
            [translation.text for translation in translations],
            test,
            translator.target_tokenizer,
        ),
    )
    show(f"{len(test):,} sentences are in {options.output}. Open it in a browser.")


def _length_table(options: Options, translator: Any, test: Any, evaluated: Any) -> Any:
    # Words to spell have no BLEU.
    metric = "exact_match" if evaluated.scores.bleu is None else "bleu"
    return evaluation.score_by_length(
        test.source,
        evaluated.translations,
        test,
        translator.target_tokenizer,
        metric=options.length_metric or metric,
        bleu_tokenizer=options.bleu_tokenizer,
    )
