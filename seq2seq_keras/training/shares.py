"""What the workers of one training do each for itself, and what they compare."""

import hashlib
import json
from collections.abc import Sequence

import keras
import numpy as np

from seq2seq_keras.errors import InputError
from seq2seq_keras.models import Workers
from seq2seq_keras.translation import Translator

# Between the seeds of two workers.
_APART = 7919


def part_random_numbers(workers: Workers, model: keras.Model) -> None:
    """Has each worker draw its own; what is saved are those of the first one."""
    for variable in model.variables:
        if variable.dtype == "uint32":
            variable.assign_add([_APART * workers.rank, 0])


def translate_shares(
    workers: Workers | None, translator: Translator, texts: Sequence[str]
) -> list[str]:
    """Translates texts, each worker its share; returns all of them to each."""
    if workers is None:
        return translator.translate(texts)
    rank, count = workers.rank, workers.count
    found = workers.gather(translator.translate(list(texts[rank::count])))
    # Worker after worker, and each has one text of `count`.
    sizes = [len(texts[rank::count]) for rank in range(count)]
    firsts = [sum(sizes[:rank]) for rank in range(count)]
    return [found[firsts[n % count] + n // count] for n in range(len(texts))]


def check_same_data(workers: Workers, fingerprint: str) -> None:
    """Refuses to begin where workers have read other data."""
    if (rank := _other(workers, fingerprint)) is not None:
        raise InputError(
            f"Worker {rank} has read other data than the first one. All must find the "
            "same files under the same names."
        )


def check_same_order(workers: Workers | None, orders: set[tuple]) -> None:
    """Refuses to begin where the columns of files go one way here, the other there.

    Args:
        workers: Optional `Workers`.
        orders: Set of the names of source and target columns of the files read here.
    """
    if workers is None:
        return
    said = workers.gather([json.dumps(sorted(orders))])
    found = {tuple(names) for text in said for names in json.loads(text)}
    for first, second in sorted(found):
        if first != second and (second, first) in found:
            raise InputError(
                f"Some files have {first} before {second}, and others have them the "
                "other way round. Say which is the source: `--columns "
                f"{first} {second}`."
            )


def fingerprint_of_shards(
    workers: Workers | None, fingerprint: str, sums: dict[int, str]
) -> str:
    """The fingerprint of data in shards, whoever has read which.

    Args:
        workers: Optional `Workers`.
        fingerprint: That of all else.
        sums: Dictionary from the numbers of the shards read here to their sums.
    """
    said = [json.dumps(sums)]
    everyone = said if workers is None else workers.gather(said)
    shards = {int(n): x for text in everyone for n, x in json.loads(text).items()}
    whole = repr((fingerprint, sorted(shards.items())))
    return hashlib.sha256(whole.encode()).hexdigest()


def check_same_weights(workers: Workers, model: keras.Model, epoch: int) -> None:
    """Refuses to go on where workers have come apart."""
    digest = hashlib.sha256()
    for variable in model.trainable_variables:
        digest.update(np.asarray(variable).tobytes())
    if (rank := _other(workers, digest.hexdigest())) is not None:
        raise InputError(
            f"After epoch {epoch + 1} worker {rank} has other weights than the first "
            "one: its machine rounds otherwise. Train on machines of one kind."
        )


def _other(workers: Workers, digest: str) -> int | None:
    """The first worker that has another digest than the first one."""
    first, *others = workers.gather([digest])
    differ = [rank for rank, other in enumerate(others, start=1) if other != first]
    return differ[0] if differ else None
