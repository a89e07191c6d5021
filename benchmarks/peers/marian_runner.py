"""Trains Marian and answers with its translations; run in Marian's own environment.

    python marian_runner.py train CONFIG FOLDER
    python marian_runner.py serve CONFIG --sources FILE

It needs pymarian and knows nothing of seq2seq_keras. `serve` reads a line of JSON for
each run from standard input. What is timed goes from lines of text to lines of text;
Marian sorts them by length itself.
"""

import argparse
import functools
import importlib.metadata
import json
import pathlib
import re
import sys

import numpy as np
import yaml
from pymarian import Trainer, Translator

MODEL = "model.npz"


def train_model(config: dict, folder: pathlib.Path) -> None:
    """Trains as the configuration says, on from what a folder holds already."""
    folder.mkdir(parents=True, exist_ok=True)
    del config["model_dir"]
    written = folder / "training.yml"
    written.write_text(
        yaml.safe_dump({**config, "model": str(folder / MODEL)}), encoding="utf-8"
    )
    Trainer(config=str(written)).train()


def serve(config: dict, sources: pathlib.Path) -> None:
    """Loads once for each way to search, then translates the lines of a file."""
    folder = pathlib.Path(config["model_dir"])
    lines = [line for line in sources.read_text(encoding="utf-8").split("\n") if line]
    progress = (folder / f"{MODEL}.progress.yml").read_text(encoding="utf-8")
    with np.load(folder / MODEL) as weights:
        sizes = [
            weights[name].size
            for name in weights.files
            if not name.startswith("special:")
        ]
    about = {
        "parameters": sum(sizes),
        "updates": int(re.search(r"^batches: (\d+)$", progress, re.M)[1]),
        "versions": {"pymarian": importlib.metadata.version("pymarian")},
    }

    # One at a time: each holds memory of its own.
    @functools.lru_cache(maxsize=2)
    def translator(beam_width: int, batch_size: int) -> Translator:
        return Translator(
            models=str(folder / MODEL),
            vocabs=config["vocabs"],
            beam_size=beam_width,
            normalize=1,
            mini_batch=batch_size,
            maxi_batch=100,
            maxi_batch_sort="src",
            max_length=config["max-length"],
            cpu_threads=config["cpu-threads"],
            workspace=config["workspace"],
            quiet_translation=True,
            quiet=True,
            log_level="off",
        )

    reply(about)
    for request in sys.stdin:
        reply(translator(**json.loads(request)).translate(lines))


def reply(content: dict | list) -> None:
    """Answers with a line of JSON."""
    print("RESULT " + json.dumps(content), flush=True)


def main() -> None:
    """Parses the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("command", choices=("train", "serve"))
    parser.add_argument("config", type=pathlib.Path)
    parser.add_argument("folder", type=pathlib.Path, nargs="?")
    parser.add_argument("--sources", type=pathlib.Path)
    options = parser.parse_args()
    config = yaml.safe_load(options.config.read_text(encoding="utf-8"))
    if options.command == "train":
        train_model(config, options.folder)
    else:
        serve(config, options.sources)


if __name__ == "__main__":
    main()
