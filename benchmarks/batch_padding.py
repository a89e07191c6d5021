"""Padding in the batches of each recipe, and what making them costs.

    python -m benchmarks.batch_padding

For each recipe: the share of an epoch's tokens that is padding, of sources, of targets
and of both; and, of this process, the CPU-seconds that reading the pairs takes (once)
and that the batches of an epoch take (the median of three epochs and their range). The
numbers go to benchmarks/results/batch_padding.json.
"""

import statistics

import yaml

from benchmarks.runner import ROOT, alone, cpu_seconds, markdown_table, run_rows

RECIPES = {
    "multi30k": "multi30k-tok/en-de",
    "tatoeba": "tatoeba/eng-fra",
    "g2p": "sigmorphon2021/kor",
    "g2p, 800 words": "sigmorphon2021/ady",
    "multi30k, 2,000 tokens": "multi30k-tok/en-de",
}
CHANGES: dict[str, dict] = {
    "multi30k, 2,000 tokens": {"batch_by": "tokens", "batch_size": 2000}
}
EPOCHS = 3


def count(row: str) -> dict:
    """Goes through some epochs of a recipe in this process."""
    from seq2seq_keras import TrainingConfig
    from seq2seq_keras.data import Batches
    from seq2seq_keras.training import fit_tokenizers, load_training_pairs

    path = ROOT / "configs" / f"{row.partition(',')[0]}.yaml"
    options = yaml.safe_load(path.read_text(encoding="utf-8"))
    options |= {"corpus": RECIPES[row], **CHANGES.get(row, {})}
    config = TrainingConfig(**options)
    pairs = load_training_pairs(config).train
    tokenizers = fit_tokenizers(config, pairs)
    start = cpu_seconds()
    batches = Batches(
        pairs, *tokenizers, batch_size=config.batch_size, batch_by=config.batch_by
    )
    reading = cpu_seconds() - start
    real, places, seconds = [0, 0], [0, 0], []
    for epoch in range(EPOCHS):
        start = cpu_seconds()
        for inputs, labels, _ in batches.epoch(epoch):
            for side, ids in enumerate((inputs["source_token_ids"], labels)):
                real[side] += int((ids.numpy() != 0).sum())
                places[side] += int(ids.shape[0] * ids.shape[1])
        seconds.append(cpu_seconds() - start)
    return {
        "pairs": len(pairs),
        "batches": batches.count,
        "source_padding": 1 - real[0] / places[0],
        "target_padding": 1 - real[1] / places[1],
        "padding": 1 - sum(real) / sum(places),
        "cpu_seconds_reading": reading,
        "cpu_seconds_of_an_epoch": statistics.median(seconds),
        "cpu_seconds_range": [min(seconds), max(seconds)],
    }


def measure(row: str) -> dict:
    """Measures a recipe in a process of its own."""
    return alone(count, row)


def table(results: dict) -> str:
    """The recipes in Markdown."""
    heads = [
        "recipe",
        "pairs",
        "batches",
        "padding of sources",
        "of targets",
        "of both",
    ]
    lines = [[*heads, "CPU-seconds to read", "an epoch's batches"]]
    for row, numbers in results.items():
        shares = [numbers[f"{side}padding"] for side in ("source_", "target_", "")]
        low, high = numbers["cpu_seconds_range"]
        lines.append(
            [
                row,
                f"{numbers['pairs']:,}",
                f"{numbers['batches']:,}",
                *(f"{100 * share:.1f} %" for share in shares),
                f"{numbers['cpu_seconds_reading']:.1f}",
                f"{numbers['cpu_seconds_of_an_epoch']:.2f} ({low:.2f} to {high:.2f})",
            ]
        )
    return markdown_table(lines, "lrrrrrrr")


if __name__ == "__main__":
    run_rows(__doc__, list(RECIPES), measure, table, "batch_padding")
