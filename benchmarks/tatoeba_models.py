"""LSTM and GRU on Tatoeba: source forward and reversed, context fed or not.

    python benchmarks/tatoeba_models.py               # every row not done yet
    python benchmarks/tatoeba_models.py gru-reversed  # one row, done or not
    python benchmarks/tatoeba_models.py --table       # the table of the rows done

A row is `seq2seq-keras train --config configs/tatoeba_plain.yaml` with the row's
options, and `seq2seq-keras evaluate` on the test split. The numbers go to
benchmarks/results/tatoeba_models.json, from which the table is made.
"""

import itertools
import subprocess
import time

from benchmarks.runner import ROOT, answer_of, command_line, markdown_table, run_rows

ROWS = {
    "-".join(filter(None, (cell, order, context))): {
        "cell": cell,
        **({"reverse_source": True} if order else {}),
        **({"feed_context": True} if context else {}),
    }
    for cell, order, context in itertools.product(
        ("lstm", "gru"), ("", "reversed"), ("", "context")
    )
}


def measure(row: str) -> dict:
    """Trains and tests one row."""
    recipe = str(ROOT / "configs" / "tatoeba_plain.yaml")
    model = str(ROOT / "saved_models" / f"tatoeba-{row}")
    train = command_line("train", config=recipe, **ROWS[row], output=model)
    start = time.perf_counter()
    subprocess.run(train, check=True)
    minutes = (time.perf_counter() - start) / 60
    evaluate = command_line("evaluate", model, "--json", corpus="tatoeba/eng-fra")
    return {
        "options": ROWS[row],
        "test": answer_of(evaluate),
        "training_minutes": minutes,
        "seed": 0,
    }


def table(results: dict) -> str:
    """The rows done so far, in Markdown."""
    heads = ["cell", "source", "context at each step", "BLEU", "chrF", "exact match"]
    lines = [[*heads, "perplexity", "command"]]
    for row, numbers in results.items():
        options, test = numbers["options"], numbers["test"]
        lines.append(
            [
                options["cell"].upper(),
                "reversed" if "reverse_source" in options else "forward",
                "yes" if "feed_context" in options else "no",
                *(f"{test[metric]:.2f}" for metric in ("bleu", "chrf")),
                f"{test['exact_match']:.3f}",
                f"{test['perplexity_teacher_forced']:.2f}",
                f"`python benchmarks/tatoeba_models.py {row}`",
            ]
        )
    return markdown_table(lines)


if __name__ == "__main__":
    run_rows(__doc__, [*ROWS], measure, table, "tatoeba_models", once=True)
