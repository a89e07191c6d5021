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

import json
import os
import shutil
import subprocess
import sys
import time

import yaml

from benchmarks.runner import ROOT, answer_of, command_line, machine, parser_of
from benchmarks.scoreboard.rows import (
    FOLDER,
    SEED,
    Group,
    Results,
    Row,
    find_row,
    read_groups,
    run_name,
)


def train(row: Row, seed: int) -> None:
    """Trains the model of a seed, or goes on with it, and writes its numbers."""
    folder, name = row.model_folder(seed), run_name([seed])
    if row.results.has("training", name):
        return
    peak = None
    if (folder / "training_state.npz").exists():
        # The last part of a training alone may need less than the whole.
        _run(command_line("train", resume=str(folder)))
    elif not (folder / "last" / "config.json").exists():
        teach(row, seed)
        recipe = str(ROOT / "configs" / f"{row.config}.yaml")
        # What stands behind a file counts in place of what is in it.
        options = {"config": recipe, **row.options(seed)}
        options |= {"overwrite": True, "output": str(folder)}
        peak = _run(command_line("train", **options))
    row.results.keep("training", name, _training_numbers(row, seed, peak))


def _run(command: list[str]) -> float:
    """Runs a command; the most memory that it held, in GiB."""
    process = subprocess.Popen(command, cwd=ROOT)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return usage.ru_maxrss / 2**20


def teach(row: Row, seed: int) -> None:
    """Has the teachers of a row, which are trained already, write what they know."""
    minutes = {}
    paths = row.taught_paths(seed)
    for (name, options), path in zip(row.teachers.items(), paths, strict=True):
        teacher = str(find_row(name)[0].model_folder(seed))
        told = {"corpus": row.corpus, "seed": seed, **options, "output": path}
        begun = time.monotonic()
        subprocess.run(command_line("distill", teacher, **told), check=True, cwd=ROOT)
        minutes[name] = (time.monotonic() - begun) / 60
    if row.taught:
        numbers = {**row.taught, "minutes": minutes, "machine": machine()}
        row.results.keep("teaching", run_name([seed]), numbers)


def _training_numbers(row: Row, seed: int, peak: float | None) -> dict:
    from seq2seq_keras import TrainingConfig

    folder = row.model_folder(seed)
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    options = yaml.safe_load((folder / "training.yaml").read_text(encoding="utf-8"))
    return {
        "options": TrainingConfig(**options).learnt_options(),
        "validation": json.loads((folder / "scores.json").read_text(encoding="utf-8")),
        "parameters": _parameters(folder),
        "peak_memory_gib": None if peak is None else round(peak, 2),
        "format": config["format"],
        "versions": config["versions"],
        "machine": machine(),
    }


def _parameters(folder: object) -> int:
    script = (
        "import sys, seq2seq_keras as s;"
        "print(s.Translator.load(sys.argv[1]).model.count_params())"
    )
    return answer_of([sys.executable, "-c", script, str(folder)])


def evaluate(
    row: Row, group: Group, seeds: list[int], search: str, options: dict
) -> None:
    """Evaluates one model, or an ensemble of several, on the test set."""
    name = run_name(seeds, search)
    if row.results.has("test", name):
        return
    first, *others = (str(row.model_folder(seed)) for seed in seeds)
    common = {"corpus": row.corpus, "bleu_tokenizer": group.bleu_tokenizer}
    command = command_line("evaluate", first, "--json", **common, **options)
    if others:
        command += ["--ensemble", *others]
    else:
        command += ["--output", str(row.translations_path(seeds[0], search))]
    numbers = {"seeds": seeds, **answer_of(command), "machine": machine()}
    row.results.keep("test", name, numbers)
    print(f"{row.name}, {name}: {group.metric} {numbers[group.metric]}")


def forget(row: Row, seeds: list[int]) -> None:
    """Removes the models of the seeds and all that was measured with them.

    So it does for the rows that were taught by them.
    """
    for student in (other for group in read_groups() for other in group.rows):
        if row.name in {student.start, *student.teachers}:
            forget(student, seeds)
    for seed in seeds:
        shutil.rmtree(row.model_folder(seed), ignore_errors=True)
    results, names = row.results, [run_name([seed]) for seed in seeds]
    for kind in ("training", "teaching"):
        results.forget(kind, lambda name, _: name in names)
    results.forget("test", lambda _, numbers: bool(set(seeds) & {*numbers["seeds"]}))
    if SEED in seeds:
        results.forget("search on validation")
        results.forget("wrong words")
        for path in (FOLDER / "results").glob("*.json"):
            Results(path).forget(
                "difference",
                lambda _, numbers: any(
                    line["system"].startswith(f"{row.name}, ")
                    for line in numbers["comparison"]
                ),
            )


def main() -> None:
    """Does what the command line asks for."""
    parser = parser_of(__doc__)
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
        if options.again:
            forget(row, seeds)
        searches = {
            search: choices
            for search, choices in row.searches.items()
            if options.search in (None, search)
        }
        for seed in seeds:
            train(row, seed)
            for search, choices in searches.items():
                evaluate(row, group, [seed], search, choices)
        for search, choices in searches.items() if options.ensemble else ():
            evaluate(row, group, seeds, search, choices)


if __name__ == "__main__":
    main()
