"""Joey NMT in an environment and a process of its own."""

import json
import pathlib
import shutil
import subprocess
import sys

RUNNER = pathlib.Path(__file__).with_name("joeynmt_runner.py")
REQUIREMENTS = ("joeynmt==2.3.0", "importlib_metadata")


class JoeyNmt:
    """A trained Joey NMT model that translates on request.

    Args:
        cache: The folder of the environment and the models.
        name: What the model is called there; another one for another configuration.
        config: Joey's configuration, a dictionary; JSON is YAML too.
        sources: The file of sentences to translate.
        threads: Integer.
    """

    def __init__(self, cache, name, config, sources, threads):
        self.python = cache / "joeynmt" / "bin" / "python"
        self.threads = threads
        self.log = cache / f"{name}.log"
        folder, self.config = cache / name, cache / f"{name}.yaml"
        install(self.python, cache / "joeynmt.installed")
        text = json.dumps({**config, "model_dir": str(folder)}, indent=1)
        self.config.write_text(text, encoding="utf-8")
        if not folder.exists():
            self.train(folder)
        self.process = self.start("serve", sources, stdin=subprocess.PIPE)
        self.about = self.answer()

    def train(self, folder):
        """Trains beside its place, so that half a model is never taken for one."""
        beside = folder.with_suffix(".training")
        shutil.rmtree(beside, ignore_errors=True)
        process = self.start("train", beside)
        process.communicate()
        if process.returncode:
            raise RuntimeError(f"Joey NMT did not train: see {self.log}")
        beside.rename(folder)

    def start(self, command, path, **streams):
        """Starts a command of the runner; what it logs goes to a file."""
        command = [self.python, RUNNER, command, self.config, path]
        with self.log.open("a", encoding="utf-8") as log:
            return subprocess.Popen(
                [*map(str, command), "--threads", str(self.threads)],
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                encoding="utf-8",
                **streams,
            )

    def translate(self, **request):
        """Translates the sentences once; returns `(seconds, translations)`."""
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        answer = self.answer()
        return answer["seconds"], answer["translations"]

    def answer(self):
        """The next answer of the runner."""
        for line in self.process.stdout:
            if line.startswith("RESULT "):
                return json.loads(line.removeprefix("RESULT "))
        raise RuntimeError(f"Joey NMT ended: see {self.log}")

    def close(self):
        """Ends the process."""
        self.process.communicate()


def install(python, mark):
    """Makes the environment, unless the mark says that it is whole."""
    wanted = "\n".join(REQUIREMENTS)
    if mark.exists() and mark.read_text(encoding="utf-8") == wanted:
        return
    environment = python.parents[1]
    subprocess.run([sys.executable, "-m", "venv", environment], check=True)
    pip = [python, "-m", "pip", "install", "--quiet", *REQUIREMENTS]
    subprocess.run(pip, check=True)
    mark.write_text(wanted, encoding="utf-8")


def configuration(data, *, seed, units, embedding_dim, dropout, training, search):
    """Joey's configuration of a one-layer GRU with attention and input feeding.

    Args:
        data: Path of the files `train.en`, `train.de`, `val.en` and `val.de`.
        seed: Integer.
        units: Integer. Size of the decoder; each direction of the encoder has half.
        embedding_dim: Integer.
        dropout: Float.
        training: Dictionary of `batch_size`, `epochs`, `learning_rate`,
            `clip_grad_norm`.
        search: Dictionary of `beam_size`, `beam_alpha`, `max_output_length`.

    Returns:
        A dictionary, but for `model_dir`.
    """
    side = {"level": "word", "lowercase": False, "max_length": 200, "voc_min_freq": 2}
    shared = {
        "type": "recurrent",
        "rnn_type": "gru",
        "num_layers": 1,
        "embeddings": {"embedding_dim": embedding_dim, "dropout": dropout},
        "dropout": dropout,
    }
    encoder = {"hidden_size": units // 2, "bidirectional": True}
    decoder = {
        "hidden_size": units,
        "attention": "luong",
        "input_feeding": True,
        "init_hidden": "bridge",
    }
    return {
        "name": "beam_search_speed",
        "joeynmt_version": "2.3.0",
        "use_cuda": False,
        "fp16": False,
        "random_seed": seed,
        "data": {
            "train": str(data / "train"),
            "dev": str(data / "val"),
            "dataset_type": "plain",
            "src": {**side, "lang": "en"},
            "trg": {**side, "lang": "de"},
        },
        "testing": {
            **search,
            "n_best": 1,
            "batch_type": "sentence",
            "batch_size": training["batch_size"],
            "eval_metrics": ["bleu"],
        },
        "training": {
            **training,
            "optimizer": "adam",
            # A constant rate. "plateau" passes PyTorch an argument that is gone.
            "scheduling": "exponential",
            "decrease_factor": 1.0,
            "batch_type": "sentence",
            "normalization": "tokens",
            "shuffle": True,
            "logging_freq": 100,
            # Never: decoding the validation data takes longer than training.
            "validation_freq": 1_000_000,
            "keep_best_ckpts": 1,
        },
        "model": {
            # As our embeddings start.
            "embed_initializer": "normal",
            "embed_init_weight": 1.0,
            "encoder": {**shared, **encoder},
            "decoder": {**shared, **decoder},
        },
    }
