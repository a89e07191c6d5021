"""What each decision among translations is worth, and what it costs.

    SEQ2SEQ_KERAS_DATA=... python -m benchmarks.decisions CORPUS MODEL [MODEL ...]
        [--rescore RIGHT] [--metric exact_match] [--only WORD ...]

Models of a corpus, trained by one recipe with other seeds, translate its test set, the
first alone by each decision and, where there are several, all as an ensemble. `RIGHT`
is trained by the same recipe with `--reverse-target true`, and `--monotonic false`
where the recipe is monotonic. The searches stand here;
what is tuned, by `tune-search`, is tuned on validation pairs. Each is compared with a
beam of 5 on the same sentences: the difference with its 95 % interval of paired
bootstrap resampling, the p-value of approximate randomization. Seconds are those of one
run after a first one on two sentences, on a machine that may do other work. The numbers
go to benchmarks/results/decisions.json; with `--only` those of the decisions whose name
has one of the words, beside those that are there.
"""

import argparse
import time
from collections.abc import Iterator
from typing import Any

import seq2seq_keras as s2s
from benchmarks.runner import (
    RESULTS,
    environment,
    markdown_table,
    parser_of,
    read_json,
    write_json,
)
from seq2seq_keras.evaluation import METRICS

PATH = RESULTS / "decisions.json"
BASE = "beam of 5"


def main() -> None:
    """Measures, keeps the numbers and prints them."""
    parser = parser_of(__doc__)
    parser.add_argument("corpus", nargs="?")
    parser.add_argument("models", nargs="*", metavar="MODEL")
    parser.add_argument("--rescore", metavar="RIGHT")
    parser.add_argument("--metric", default="exact_match", choices=METRICS)
    parser.add_argument("--bleu_tokenizer", default="13a")
    parser.add_argument("--only", nargs="+", metavar="WORD")
    parser.add_argument("--table", action="store_true", help="only show the results")
    options = parser.parse_args()
    if not options.table:
        if not options.models:
            parser.error("name a corpus and a model at least")
        before = environment()
        record = {**measure(options), "environment": before}
        kept = read_json(PATH)
        if options.only and options.corpus in kept:
            record = joined(kept[options.corpus], record)
        write_json(PATH, {**kept, options.corpus: record})
    for corpus, record in read_json(PATH).items():
        print(f"{corpus}, {record['sentences']:,} sentences\n\n{table(record)}\n")


def measure(options: argparse.Namespace) -> dict[str, Any]:
    """The translations of the test set by each decision, scored and compared."""
    _, validation, test = s2s.load_corpus(options.corpus)
    found, seconds, searches = {}, {}, {}
    for name, translator, search in decisions(options, validation):
        if options.only and not any(word in name for word in (BASE, *options.only)):
            continue
        translator.translate(test.source[:2], **search)
        start = time.perf_counter()
        found[name] = translator.translate(test.source, **search)
        seconds[name] = time.perf_counter() - start
        searches[name] = {k: v for k, v in search.items() if k != "rescore"}
        print(f"{name}: {seconds[name]:.1f} s", flush=True)
    systems = {BASE: found.pop(BASE), **found}
    compared = s2s.compare_translations(
        systems,
        test,
        s2s.Translator.load(options.models[0]).target_tokenizer,
        bleu_tokenizer=options.bleu_tokenizer,
    )
    return {
        "metric": options.metric,
        "sentences": len(test),
        "searches": searches,
        "seconds": seconds,
        "comparison": [
            {name: None if value != value else value for name, value in row.items()}
            for row in compared.to_dict("records")
            if row["metric"] == options.metric
        ],
    }


def joined(kept: dict[str, Any], record: dict[str, Any]) -> dict[str, Any]:
    """What was measured before, with what is measured anew in its place."""
    rows = {row["system"]: row for row in (*kept["comparison"], *record["comparison"])}
    return {
        **record,
        "searches": kept["searches"] | record["searches"],
        "seconds": kept["seconds"] | record["seconds"],
        "comparison": [*rows.values()],
    }


def decisions(
    options: argparse.Namespace, validation: s2s.Pairs
) -> Iterator[tuple[str, s2s.Translator, dict[str, Any]]]:
    """Each decision by name: what translates, and how it searches."""
    one, *others = [s2s.Translator.load(folder) for folder in options.models]
    utility = {"exact_match": "exact_match", "bleu": "bleu"}.get(options.metric, "chrf")
    risk = {"decision": "mbr", "utility": utility}
    wide, groups = {"beam_width": 20}, {"beam_width": 20, "beam_groups": 5}
    yield "greedy", one, {}
    yield BASE, one, {"beam_width": 5}
    yield "beam of 20", one, wide
    yield "beam of 20 in 5 groups", one, groups
    yield f"MBR ({utility}), beam of 20", one, wide | risk
    yield f"MBR ({utility}), beam of 20 in 5 groups", one, groups | risk
    yield f"MBR ({utility}), 64 draws", one, {"sample": True, **risk}
    if utility != "chrf":
        chrf = risk | {"utility": "chrf"}
        yield "MBR (chrf), beam of 20", one, wide | chrf
        yield "MBR (chrf), 64 draws", one, {"sample": True, **chrf}
    tuning = {"metric": options.metric, "bleu_tokenizer": options.bleu_tokenizer}
    if options.rescore:
        right = s2s.Translator.load(options.rescore)
        yield "from right to left alone, beam of 5", right, {"beam_width": 5}
        judged = s2s.tune_search(
            one,
            validation,
            rescore=right,
            beam_widths=(20,),
            length_penalties=(),
            **tuning,
        )
        weights = next(
            trial.options
            for trial in judged.trials
            if "rescore_weight" in trial.options
        )
        yield "rescored, weights tuned", one, {**weights, "rescore": right}
    tuned = s2s.tune_search(one, validation, **tuning)
    risks = [each for each in tuned.trials if "posterior_scale" in each.options]
    tuned_risk = max(
        risks,
        key=lambda each: (
            each.score if METRICS[options.metric].higher_is_better else -each.score
        ),
    )
    yield "MBR, beam of 20, utility and power tuned", one, tuned_risk.options
    yield "tuned, without rescoring", one, tuned.options
    if others:
        every = s2s.Translator.ensemble([one, *others])
        count = f"ensemble of {len(options.models)}"
        yield f"{count}, beam of 5", every, {"beam_width": 5}
        yield f"{count}, MBR ({utility}), union of beams of 20", every, wide | risk


def table(record: dict[str, Any]) -> str:
    """Score, difference to a beam of 5, p-value and seconds of each."""
    metric = METRICS[record["metric"]]
    lines = [["decision", metric.label, "difference", "p", "seconds"]]
    for row in record["comparison"]:
        lines.append(
            [
                row["system"],
                f"{row['score']:.{metric.digits}f}",
                _difference(row, metric.digits),
                "-" if row["p_value"] is None else f"{row['p_value']:.3f}",
                f"{record['seconds'][row['system']]:.1f}",
            ]
        )
    return markdown_table(lines, "lrrrr")


def _difference(row: dict[str, Any], digits: int) -> str:
    if row["difference"] is None:
        return "-"
    low, high = (f"{row[f'difference_{end}']:.{digits}f}" for end in ("low", "high"))
    return f"{row['difference']:+.{digits}f} [{low}, {high}]"


if __name__ == "__main__":
    main()
