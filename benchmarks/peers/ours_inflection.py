"""Times single training steps of configs/inflection.yaml, in a process of its own.

    SEQ2SEQ_KERAS_DATA=... python -m benchmarks.peers.ours_inflection

German of SIGMORPHON 2023, its first batches, on one thread; answers in JSON.
"""

import dataclasses
import json
import time

import keras
import tensorflow as tf
import yaml

import seq2seq_keras as s2s
from benchmarks.runner import ROOT
from seq2seq_keras.architecture import Architecture

WARM_UP, COUNT = 10, 60


def main() -> None:
    """Measures and answers."""
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    keras.utils.set_random_seed(0)
    recipe = yaml.safe_load((ROOT / "configs" / "inflection.yaml").read_text("utf-8"))
    names = {field.name for field in dataclasses.fields(Architecture)}
    train = s2s.load_corpus("sigmorphon2023/deu").train
    source = s2s.FeaturesTokenizer.fit(train.source, tokenizer=s2s.CharacterTokenizer)
    target = s2s.CharacterTokenizer.fit(train.target)
    model = s2s.build_model(
        *(source.vocabulary_size, target.vocabulary_size),
        features_vocabulary_size=len(source.features),
        # As the peer's, whose attention knows nothing of the position before.
        **{name: recipe[name] for name in names & recipe.keys()} | {"order": 0},
    )
    s2s.compile_model(
        model,
        learning_rate=recipe["learning_rate"],
        label_smoothing=recipe["label_smoothing"],
    )
    model.make_train_function()
    batches = s2s.make_dataset(train, source, target, batch_size=recipe["batch_size"])
    iterator, seconds = iter(batches), []
    for _ in range(WARM_UP + COUNT):
        start = time.perf_counter()
        model.train_function(iterator)
        seconds.append(time.perf_counter() - start)
    answer = {"seconds": seconds[WARM_UP:], "parameters": model.count_params()}
    print(json.dumps({**answer, "versions": {"keras": keras.__version__}}))


if __name__ == "__main__":
    main()
