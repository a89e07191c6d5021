"""Splitting pairs so that the test set holds nothing seen in training."""

import functools
import hashlib
import unicodedata
from collections.abc import Iterator
from typing import TypeVar

from seq2seq_keras.data.pairs import Pairs, PairStream
from seq2seq_keras.errors import InputError
from seq2seq_keras.ranges import checks_numbers
from seq2seq_keras.text import split_features

PairsOrStream = TypeVar("PairsOrStream", Pairs, PairStream)


@checks_numbers(validation=(0, 1), test=(0, 1), seed=(-(2**63), 2**63 - 1))
def split_pairs(
    pairs: PairsOrStream,
    *,
    validation: float = 0.1,
    test: float = 0.1,
    seed: int = 0,
    features: bool = False,
) -> tuple[PairsOrStream, PairsOrStream, PairsOrStream]:
    """Splits pairs by source sentence.

    Collections of sentences hold many translations of one source. All of them go to
    the same side, since a source seen in training would measure memory. Sources that
    differ only in case, white space or Unicode form count as one.

    A source's side follows from a hash of the source and the seed, so it does not
    depend on the other pairs, and adding pairs moves none. The shares are therefore
    met on average, not to the last pair.

    Args:
        pairs: `Pairs` or a `PairStream`.
        validation: Float. Share of the sources for validation.
        test: Float. Share of the sources for the test.
        seed: Integer. Another seed makes another split.
        features: Whether sources begin with features and a tab, as `join_features`
            writes them. Then all forms of a lemma go to the same side.

    Returns:
        Three `Pairs` (or `PairStream`s): training, validation and test, each in the
        order of `pairs` and with their weights.

    Raises:
        InputError: If the shares are not fractions that leave some for training, or
            a split that was asked for came out empty.

    Example:

    >>> pairs = Pairs([str(n) for n in range(1000)], ["-"] * 1000)
    >>> [len(part) for part in split_pairs(pairs)]
    [819, 77, 104]
    """
    if not (0 <= validation < 1 and 0 <= test < 1 and validation + test < 1):
        raise InputError(
            "`validation` and `test` are shares of the sources that must leave some "
            f"for training. Received: validation={validation}, test={test}"
        )
    borders = {
        "test": (0.0, test),
        "validation": (test, test + validation),
        "training": (test + validation, 1.0),
    }

    key = functools.partial(source_key, features=features)

    def part(stream: PairStream, name: str) -> Iterator[tuple[str, str, float]]:
        low, high = borders[name]
        for row in stream.rows():
            if low <= _position(key(row[0]), seed) < high:
                yield row

    names = ("training", "validation", "test")
    if isinstance(pairs, PairStream):
        streams = [PairStream(functools.partial(part, pairs, name)) for name in names]
        return streams[0], streams[1], streams[2]
    positions = [_position(key(source), seed) for source in pairs.source]
    parts = []
    for name in names:
        low, high = borders[name]
        kept = [index for index, x in enumerate(positions) if low <= x < high]
        if not kept and low < high:
            raise InputError(
                f"The {name} split came out empty: {len(pairs)} pairs are too few for "
                f"a share of {high - low:.3g}. Take a larger one, or other pairs "
                "for it (for `train`, `validation`)."
            )
        parts.append(pairs.take(kept))
    return parts[0], parts[1], parts[2]


def source_key(source: str, *, features: bool = False) -> str:
    """What makes two sources the same: case, spacing and perhaps features aside."""
    if features:
        _, source = split_features(source)
    return " ".join(unicodedata.normalize("NFC", source).casefold().split())


def _position(key: str, seed: int) -> float:
    """A number in [0, 1) that is as good as random but fixed for each key."""
    digest = hashlib.blake2b(
        key.encode("utf-8", "surrogatepass"),
        digest_size=8,
        salt=int(seed).to_bytes(8, "little", signed=True),
    ).digest()
    # 53 bits are what a float holds; all 64 could round up to 1.
    return (int.from_bytes(digest) >> 11) / 2**53
