"""Yoyodyne beside this package: forms of SIGMORPHON 2023, and hard attention's speed.

    SEQ2SEQ_KERAS_DATA=... python -m benchmarks.inflection_peers deu fin heb
    SEQ2SEQ_KERAS_DATA=... python -m benchmarks.inflection_peers speed

For a language yoyodyne's pointer-generator with an encoder of features is trained, by
yoyodyne's own command and hyperparameters (peers/yoyodyne_pointer_generator.yaml); its
epoch is the best one on .dev. Ours is the row of the scoreboard, which must have been
run. Both are scored by this package, on the same 1,000 forms, and compared by paired
bootstrap. `speed` times single training steps of monotonic hard attention at the same
sizes (peers/yoyodyne_hard_attention.yaml, configs/inflection.yaml): each in a process
of its own, on one thread, in turns, on batches of 32 as each makes them (ours of like
lengths). Yoyodyne lives in an environment of its own, made
in the cache folder unless --python names one. The numbers go to
benchmarks/results/inflection_peers.json.
"""

import json
import os
import pathlib
import statistics
import subprocess
import sys

from benchmarks.runner import (
    RESULTS,
    ROOT,
    answer_of,
    environment,
    make_environment,
    markdown_table,
    parser_of,
    read_json,
    write_json,
)
from benchmarks.scoreboard.rows import SEED, find_row

REQUIREMENTS = ("yoyodyne==0.5.27", "torch==2.13.0")
LANGUAGES, SPEED = ("deu", "fin", "heb"), "speed"
PEERS = ROOT / "benchmarks" / "peers"
PATH = RESULTS / "inflection_peers.json"
TURNS = 2


def main() -> None:
    """Measures what is named, and shows all there is."""
    parser = parser_of(__doc__)
    cache = pathlib.Path("~/.cache/seq2seq_keras/yoyodyne").expanduser()
    parser.add_argument("what", nargs="*", choices=[*LANGUAGES, SPEED])
    parser.add_argument("--python", type=pathlib.Path, help="that of yoyodyne")
    parser.add_argument("--folder", type=pathlib.Path, default=cache / "models")
    parser.add_argument("--minutes", type=int, default=600, help="of a training")
    parser.add_argument("--table", action="store_true", help="only show the results")
    options = parser.parse_args()
    for name in () if options.table else options.what:
        python = options.python or make_environment(cache / "venv", REQUIREMENTS)
        before = environment()
        if name == SPEED:
            numbers = measure_speed(python, options.folder)
        else:
            numbers = measure_language(python, options.folder, name, options.minutes)
        kept = {**read_json(PATH), name: {**numbers, "environment": before}}
        write_json(PATH, kept)
    print(table(read_json(PATH)))


def yoyodyne(
    python: pathlib.Path,
    command: str,
    config: str,
    folder: pathlib.Path,
    language: str,
    *words: str,
) -> dict:
    """The answer of the runner: the last line that it writes."""
    data = pathlib.Path(os.environ["SEQ2SEQ_KERAS_DATA"], "sigmorphon2023", language)
    ran = subprocess.run(
        [
            *(str(python), str(PEERS / "yoyodyne_runner.py"), command),
            *(str(PEERS / f"yoyodyne_{config}.yaml"), str(folder)),
            *("--data", str(data), *words),
        ],
        check=True,
        stdout=subprocess.PIPE,
        env={**os.environ, "OMP_NUM_THREADS": "1", "WANDB_MODE": "disabled"},
    )
    return json.loads(ran.stdout.splitlines()[-1])


def measure_language(
    python: pathlib.Path, folder: pathlib.Path, language: str, minutes: int
) -> dict:
    """Trains yoyodyne, unless it has been, and compares what both write."""
    import seq2seq_keras as s2s

    where = "pointer_generator", folder / language, language
    if not any((folder / language).rglob("best.ckpt")):
        yoyodyne(python, "train", *where, "--minutes", str(minutes))
    numbers = yoyodyne(python, "predict", *where)
    corpus = s2s.load_corpus(f"sigmorphon2023/{language}")
    row, _ = find_row(f"inflection-{language}")
    ours = s2s.Translator.load(row.model_folder(SEED))
    for part, pairs in (("dev", corpus.validation), ("tst", corpus.test)):
        path = folder / language / f"{part}.txt"
        forms = path.read_text(encoding="utf-8").splitlines()
        systems = {"yoyodyne": forms, "ours": ours.translate(pairs.source)}
        compared = s2s.compare_translations(systems, pairs.target)
        is_meant = compared["metric"] == "exact_match"
        # What is not defined is null in JSON.
        numbers[part] = json.loads(compared[is_meant].to_json(orient="records"))
    return numbers


def measure_speed(python: pathlib.Path, folder: pathlib.Path) -> dict:
    """Seconds of single training steps, of both in turns."""
    numbers: dict = {"yoyodyne": [], "ours": []}
    for _turn in range(TURNS):
        answer = yoyodyne(python, "steps", "hard_attention", folder / SPEED, "deu")
        numbers["yoyodyne"] += answer.pop("seconds")
        numbers |= {f"of yoyodyne: {name}": value for name, value in answer.items()}
        ours = answer_of([sys.executable, "-m", "benchmarks.peers.ours_inflection"])
        numbers["ours"] += ours.pop("seconds")
        numbers |= {f"of ours: {name}": value for name, value in ours.items()}
    return numbers


def table(results: dict) -> str:
    """What was found, in two tables."""
    heads = ["language", "split", "yoyodyne, its epochs", "ours", "difference", "p"]
    lines = [heads]
    for language in LANGUAGES:
        for part in ("dev", "tst"):
            if part not in results.get(language, {}):
                continue
            epochs = len(results[language]["accuracies"])
            peer, ours = results[language][part]
            gain, low, high = (
                100 * ours[f"difference{end}"] for end in ("", "_low", "_high")
            )
            lines.append(
                [
                    *(language, part, f"{100 * peer['score']:.1f}, {epochs}"),
                    f"{100 * ours['score']:.1f}",
                    f"{gain:+.1f} [{low:+.1f}, {high:+.1f}]",
                    f"{ours['p_value']:.3f}",
                ]
            )
    shown = [markdown_table(lines, "llrrrr")] if len(lines) > 1 else []
    if SPEED in results:
        seconds = {
            x: statistics.median(results[SPEED][x]) for x in ("yoyodyne", "ours")
        }
        times = seconds["yoyodyne"] / seconds["ours"]
        lines = [["a step of hard attention", "ms"]]
        lines += [[name, f"{1e3 * value:,.0f}"] for name, value in seconds.items()]
        lines.append(["times faster", f"{times:.1f}"])
        shown.append(markdown_table(lines, "lr"))
    return "\n\n".join(shown)


if __name__ == "__main__":
    main()
