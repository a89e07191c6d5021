"""Trains Joey NMT and answers with its translations; run in Joey's own environment.

    python joeynmt_runner.py train CONFIG FOLDER
    python joeynmt_runner.py serve CONFIG --sources FILE

It needs joeynmt and torch and knows nothing of seq2seq_keras. `serve` reads a line of
JSON for each run from standard input. What is timed goes from lines of text to lines of
text, through the functions that `joeynmt translate` calls.
"""

import argparse
import importlib.metadata
import json
import logging
import pathlib
import shutil
import sys
from typing import Any

import torch
from joeynmt.config import load_config, parse_global_args
from joeynmt.prediction import predict, prepare
from joeynmt.training import train


def train_model(config: pathlib.Path, folder: pathlib.Path) -> None:
    """Trains as the configuration says, into a folder."""
    cfg = load_config(config)
    cfg["model_dir"] = str(folder)
    shutil.rmtree(folder, ignore_errors=True)  # it takes no folder that is there
    folder.mkdir(parents=True)
    # The test after training wants the best checkpoint of a validation, and there
    # is none.
    train(rank=0, world_size=None, cfg=cfg, skip_test=True)


def serve(config: pathlib.Path, sources: pathlib.Path) -> None:
    """Loads once, then translates the lines of a file for each request."""
    logging.disable(logging.INFO)  # its log is not what is timed
    args = parse_global_args(load_config(config), rank=0, mode="translate")
    model, _, _, data = prepare(args, rank=0, mode="translate")
    lines = [line for line in sources.read_text(encoding="utf-8").split("\n") if line]
    about = {
        "parameters": sum(p.numel() for p in model.parameters() if p.requires_grad),
        "vocabulary_sizes": [len(model.src_vocab), len(model.trg_vocab)],
        "updates": int((args.model_dir / "latest.ckpt").resolve().stem),
        "versions": {
            "joeynmt": importlib.metadata.version("joeynmt"),
            "torch": torch.__version__,
        },
    }
    reply(about)
    for request in sys.stdin:
        reply(translate(model, data, args, lines, **json.loads(request)))


def translate(
    model: Any,
    data: Any,
    args: Any,
    lines: list[str],
    beam_width: int,
    batch_size: int,
) -> list[str]:
    """Translates the lines once, sorted by length, which Joey NMT itself does not."""
    search = args.test._replace(beam_size=beam_width, batch_size=batch_size)
    order = sorted(range(len(lines)), key=lambda place: len(lines[place].split()))
    data.reset_cache()
    for position in order:
        data.set_item(lines[position])
    with torch.no_grad():
        _, _, texts, *_ = predict(
            model=model,
            data=data,
            device=args.device,
            n_gpu=args.n_gpu,
            normalization="none",
            num_workers=args.num_workers,
            args=search,
            autocast=args.autocast,
        )
    translations = [""] * len(lines)
    for position, text in zip(order, texts, strict=True):
        translations[position] = text
    return translations


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
    if options.command == "train":
        train_model(options.config, options.folder)
    else:
        serve(options.config, options.sources)


if __name__ == "__main__":
    main()
