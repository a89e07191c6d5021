"""Trains yoyodyne, writes its predictions, or times its steps; run in its environment.

    python yoyodyne_runner.py train CONFIG FOLDER --data PREFIX [--minutes 24]
    python yoyodyne_runner.py predict CONFIG FOLDER --data PREFIX
    python yoyodyne_runner.py steps CONFIG FOLDER --data PREFIX --count 5

It needs yoyodyne and knows nothing of seq2seq_keras. PREFIX.trn, .dev and .tst are a
language of SIGMORPHON 2023. `train` and `predict` are yoyodyne's own commands;
`predict` writes dev.txt and tst.txt by the checkpoint that was best on .dev. `steps`
times its training on the first batches of an epoch, and answers in JSON.
"""

import argparse
import csv
import importlib.metadata
import json
import pathlib
import time

from lightning.pytorch import Callback
from yoyodyne import data, models, trainers
from yoyodyne.cli import main as cli

WARM_UP = 1


def run(command: str, config: str, **options: object) -> None:
    """Runs a command of yoyodyne with options, as its command line takes them."""
    words = [f"--{name}={value}" for name, value in options.items()]
    cli.python_interface([command, f"--config={config}", *words])


def train(config: str, folder: pathlib.Path, prefix: str, minutes: int) -> dict:
    """Trains into a folder, for so many minutes at most."""
    files = {"data.train": f"{prefix}.trn", "data.val": f"{prefix}.dev"}
    limit = {"trainer.max_time": f"00:{minutes // 60:02}:{minutes % 60:02}:00"}
    run("fit", config, **files, **limit, **{"data.model_dir": folder})
    return versions()


def predict(config: str, folder: pathlib.Path, prefix: str) -> dict:
    """Writes predictions for .dev and .tst; answers with the epochs trained."""
    [checkpoint] = folder.rglob("best.ckpt")
    [log] = folder.rglob("metrics.csv")
    with log.open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["val_accuracy"]]
    accuracies = [float(row["val_accuracy"]) for row in rows]
    for part in ("dev", "tst"):
        run(
            "predict",
            config,
            ckpt_path=checkpoint,
            **{"data.model_dir": folder, "data.predict": f"{prefix}.{part}"},
            **{"prediction.path": folder / f"{part}.txt"},
        )
    return {"accuracies": accuracies, **versions()}


class Clock(Callback):
    """Notes when each batch begins and ends."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    def on_train_batch_start(self, *_: object) -> None:
        self.start = time.perf_counter()

    def on_train_batch_end(self, *_: object) -> None:
        self.seconds.append(time.perf_counter() - self.start)


def steps(config: str, folder: pathlib.Path, prefix: str, count: int) -> dict:
    """The seconds of each of some steps, without reading the batch."""
    made = cli.YoyodyneCLI(
        models.BaseModel,
        data.DataModule,
        parser_kwargs={"parser_mode": "omegaconf"},
        save_config_callback=None,
        subclass_mode_model=True,
        trainer_class=trainers.Trainer,
        args=[
            *(f"--config={config}", f"--data.model_dir={folder}"),
            *(f"--data.train={prefix}.trn", f"--data.val={prefix}.dev"),
            f"--trainer.limit_train_batches={WARM_UP + count}",
            "--trainer.limit_val_batches=0",
        ],
        run=False,
    )
    clock = Clock()
    made.trainer.callbacks.append(clock)
    made.trainer.fit(made.model, datamodule=made.datamodule)
    parameters = sum(p.numel() for p in made.model.parameters())
    seconds = clock.seconds[WARM_UP:]
    return {"seconds": seconds, "parameters": parameters, **versions()}


def versions() -> dict:
    """What ran."""
    names = ("yoyodyne", "lightning", "torch")
    return {"versions": {name: importlib.metadata.version(name) for name in names}}


def main() -> None:
    """Does what the command line asks for, and answers on the last line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("command", choices=("train", "predict", "steps"))
    parser.add_argument("config")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--data", required=True)
    parser.add_argument("--count", type=int, default=5)
    parser.add_argument("--minutes", type=int, default=24 * 60 - 1)
    options = parser.parse_args()
    where = options.config, options.folder, options.data
    if options.command == "steps":
        answer = steps(*where, options.count)
    elif options.command == "train":
        answer = train(*where, options.minutes)
    else:
        answer = predict(*where)
    print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
