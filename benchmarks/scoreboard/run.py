"""Trains and evaluates a row of the scoreboard.

    python benchmarks/scoreboard/run.py multi30k-en-de
    python benchmarks/scoreboard/run.py g2p-ice --seeds 0 1 2 --ensemble
    python benchmarks/scoreboard/run.py multi30k-en-de --search "beam 5"
    python benchmarks/scoreboard/run.py bentrevett-1 --again
    python benchmarks/scoreboard/run.py --list

A row is `seq2seq-keras train --config configs/NAME.yaml` with the changes that
rows.yaml gives, then `seq2seq-keras evaluate` with each of its searches. An interrupted
training goes on. What has been trained or evaluated is not done again, unless `--again`
says so. The numbers go to benchmarks/scoreboard/results, from which table.py makes
RESULTS.md.
"""

import argparse
import json
import os
import pathlib
import platform
import resource
import shutil
import subprocess
import sys

import yaml
from rows import FOLDER, ROOT, SEED, find_row, read_groups

COMMAND = [sys.executable, "-m", "seq2seq_keras"]


def train(row, seed):
    """Trains the model of a seed, or goes on with it, and writes its numbers."""
    folder, path = row.model_folder(seed), row.result_path([seed])
    if is_done(path):
        return
    in_one_process = False
    if (folder / "training_state.npz").exists():
        command = ["train", "--resume", str(folder)]
    elif (folder / "last" / "config.json").exists():
        command = None
    else:
        recipe = str(ROOT / "configs" / f"{row.config}.yaml")
        options = {"corpus": row.corpus, **row.change, "seed": seed}
        command = ["train", "--config", recipe, "--overwrite", "true"]
        command += [*as_arguments(options), "--output", str(folder)]
        in_one_process = True
    if command:
        subprocess.run([*COMMAND, *command], check=True)
    write(path, _training_numbers(row, seed, in_one_process))


def is_done(path):
    """Whether a result is there; says so if it is."""
    if path.exists():
        print(f"{path.relative_to(ROOT)} is there already.")
    return path.exists()


def forget(row, seeds):
    """Removes the models of the seeds and all that was measured with them."""
    for seed in seeds:
        shutil.rmtree(row.model_folder(seed), ignore_errors=True)
        for search in (None, *row.searches):
            row.result_path([seed], search).unlink(missing_ok=True)
    for path in row.result_path(seeds).parent.glob("ensemble-*.json"):
        if set(seeds) & set(json.loads(path.read_text(encoding="utf-8"))["seeds"]):
            path.unlink()
    if SEED in seeds:
        _forget_comparisons(row)


def _forget_comparisons(row):
    """Removes what only the model of one seed was measured for."""
    row.grid_path().unlink(missing_ok=True)
    row.wrong_words_path().unlink(missing_ok=True)
    for path in (FOLDER / "results").glob("*/difference-*.json"):
        compared = json.loads(path.read_text(encoding="utf-8"))["comparison"]
        if any(line["system"].startswith(f"{row.name}, ") for line in compared):
            path.unlink()


def _training_numbers(row, seed, in_one_process):
    from seq2seq_keras.training.config import TrainingConfig

    folder = row.model_folder(seed)
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    options = yaml.safe_load((folder / "training.yaml").read_text(encoding="utf-8"))
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return {
        "row": row.name,
        "seed": seed,
        "options": TrainingConfig(**options).what_is_learnt(),
        "validation": json.loads((folder / "scores.json").read_text(encoding="utf-8")),
        "parameters": _parameters(folder),
        # The last part of a training alone may need less than the whole.
        "peak_memory_gib": round(peak / 2**20, 2) if in_one_process else None,
        "format": config["format"],
        "versions": config["versions"],
        "machine": machine(),
    }


def _parameters(folder):
    script = (
        "import sys, seq2seq_keras as s;"
        "print(s.Translator.load(sys.argv[1]).model.count_params())"
    )
    command = [sys.executable, "-c", script, str(folder)]
    return int(subprocess.run(command, check=True, capture_output=True).stdout)


def evaluate(row, group, seeds, search, options):
    """Evaluates one model, or an ensemble of several, on the test set."""
    path = row.result_path(seeds, search)
    if is_done(path):
        return
    first, *others = (str(row.model_folder(seed)) for seed in seeds)
    command = ["evaluate", first, "--corpus", row.corpus, "--json"]
    command += ["--bleu_tokenizer", group.bleu_tokenizer, *as_arguments(options)]
    if others:
        command += ["--ensemble", *others]
    else:
        command += ["--output", str(row.translations_path(*seeds, search))]
    done = subprocess.run([*COMMAND, *command], check=True, stdout=subprocess.PIPE)
    numbers = {"row": row.name, "seeds": seeds, "search_name": search}
    numbers |= {"test": json.loads(done.stdout), "machine": machine()}
    write(path, numbers)
    print(f"{path.relative_to(ROOT)}: {group.metric} {numbers['test'][group.metric]}")


def as_arguments(options):
    """Options as the command line takes them."""
    arguments = []
    for name, value in options.items():
        text = value if isinstance(value, str) else json.dumps(value)
        arguments += [f"--{name}", text]
    return arguments


def machine():
    """The machine in the words of its processor."""
    names = {
        line.partition(":")[2].strip()
        for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines()
        if line.startswith("model name")
    }
    name = " and ".join(sorted(names)) or platform.machine()
    return f"{os.cpu_count()} cores of {name}"


def write(path, numbers):
    """Writes a result beside its file, then renames it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(".new")
    text = json.dumps(numbers, ensure_ascii=False, indent=2)
    beside.write_text(text + "\n", encoding="utf-8")
    beside.replace(path)


def main():
    """Does what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("row", nargs="*", help="Rows; all of them with --all.")
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--list", action="store_true", help="Show the rows.")
    parser.add_argument("--seeds", type=int, nargs="+", help="Else those of the row.")
    parser.add_argument("--search", help="Only this search of the row.")
    parser.add_argument(
        "--ensemble", action="store_true", help="Evaluate the seeds as an ensemble too."
    )
    parser.add_argument(
        "--again", action="store_true", help="Forget what was trained and measured."
    )
    options = parser.parse_args()
    names = [row.name for group in read_groups() for row in group.rows]
    if options.list:
        print("\n".join(names))
        return
    for name in names if options.all else options.row:
        row, group = find_row(name)
        seeds = options.seeds or row.seeds
        searches = {
            key: value
            for key, value in row.searches.items()
            if options.search in (None, key)
        }
        if options.again:
            forget(row, seeds)
        for seed in seeds:
            train(row, seed)
            for search, choices in searches.items():
                evaluate(row, group, [seed], search, choices)
        if options.ensemble:
            for search, choices in searches.items():
                evaluate(row, group, seeds, search, choices)


if __name__ == "__main__":
    main()
