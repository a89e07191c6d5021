"""Trains and times Joey NMT; run by beam_search_speed.py in Joey's own environment.

    python joeynmt_runner.py train CONFIG
    python joeynmt_runner.py time CONFIG SOURCES [--beam_width N] [--repeats N]

It needs joeynmt and torch and knows nothing of seq2seq_keras. Timing goes from lines of
text to lines of text, through the functions that `joeynmt translate` calls.
"""

import argparse
import json
import logging
import pathlib
import time

import torch
from joeynmt.config import load_config, parse_global_args
from joeynmt.prediction import predict, prepare
from joeynmt.training import train


def train_model(config):
    """Trains as the configuration says."""
    cfg = load_config(config)
    pathlib.Path(cfg["model_dir"]).mkdir(parents=True, exist_ok=True)
    train(rank=0, world_size=None, cfg=cfg)


def time_translation(config, sources, beam_width, repeats):
    """Translates the lines of a file several times; prints JSON."""
    cfg = load_config(config)
    cfg["testing"]["beam_size"] = beam_width
    cfg["testing"]["load_model"] = str(pathlib.Path(cfg["model_dir"], "latest.ckpt"))
    args = parse_global_args(cfg, rank=0, mode="translate")
    model, _, _, data = prepare(args, rank=0, mode="translate")
    lines = pathlib.Path(sources).read_text(encoding="utf-8").split("\n")
    lines = [line for line in lines if line]
    seconds = []
    for repeat in range(repeats + 1):  # the first one warms up
        start = time.perf_counter()
        data.reset_cache()
        for line in lines:
            data.set_item(line)
        with torch.no_grad():
            _, _, translations, *_ = predict(
                model=model,
                data=data,
                device=args.device,
                n_gpu=args.n_gpu,
                normalization="none",
                num_workers=args.num_workers,
                args=args.test,
                autocast=args.autocast,
            )
        if repeat:
            seconds.append(time.perf_counter() - start)
    parameters = sum(p.numel() for p in model.parameters() if p.requires_grad)
    result = {
        "seconds": seconds,
        "translations": translations,
        "parameters": parameters,
        "torch": torch.__version__,
    }
    print("RESULT " + json.dumps(result))


def main():
    """Parses the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("command", choices=("train", "time"))
    parser.add_argument("config")
    parser.add_argument("sources", nargs="?")
    parser.add_argument("--beam_width", type=int, default=5)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    if options.command == "train":
        train_model(pathlib.Path(options.config))
        return
    logging.disable(logging.INFO)  # its log is not what is timed
    time_translation(
        pathlib.Path(options.config),
        options.sources,
        options.beam_width,
        options.repeats,
    )


if __name__ == "__main__":
    main()
