"""The phrasebook in three parts that share no combination."""

import hashlib
import itertools
import random

from seq2seq_keras.data.phrasebook.clauses import KINDS
from seq2seq_keras.data.phrasebook.corpus import Sentence, generate_sentences
from seq2seq_keras.errors import InputError

_FIRST_SENTENCE = "i am a student"
_HELD_OUT_PERCENT = 5
_HELD_OUT_SHARE = 20
# Large enough for a sentence with each word and for the balance of kinds.
_SIZE_WITH_ALL_WORDS = 5_000

_Split = list[Sentence]


def split_phrasebook(
    size: int = 20_000, seed: int = 0
) -> tuple[_Split, _Split, _Split]:
    """Draws sentences to train, validate and test with.

    5 % of the combinations of a subject and a predicate are held out for validation
    and another 5 % for test, in all of their forms. The kinds of sentence take
    turns, so that the many actions do not drown the rest. "i am a student" is always
    a training sentence.

    Args:
        size: The number of training sentences; of validation and test sentences
            there are `size // 20` each, at least one. From 5,000 on, the training
            sentences hold every word of the other two.
        seed: Integer. Decides what is held out and drawn.

    Returns:
        Three lists of `Sentence`s: training, validation and test.

    Raises:
        InputError: If there are not that many sentences.
    """
    pools, first = _make_pools(seed)
    train, validation, test = pools
    held_out_size = max(1, size // _HELD_OUT_SHARE)
    largest = min(
        len(train), _HELD_OUT_SHARE * (min(len(validation), len(test)) + 1) - 1
    )
    if not 1 <= size <= largest:
        raise InputError(
            f"`size` must be between 1 and {largest}, as many sentences as the "
            f"phrasebook can give with seed={seed}. Received: size={size}"
        )
    generator = random.Random(seed)
    for pool in pools:
        generator.shuffle(pool)
    chosen = {first: None}
    if size >= _SIZE_WITH_ALL_WORDS:
        chosen |= dict.fromkeys(_cover_words(train))
    drawn = _fill(chosen, train, size)
    generator.shuffle(drawn)
    return (
        drawn,
        _fill({}, validation, held_out_size),
        _fill({}, test, held_out_size),
    )


def _make_pools(seed):
    """All sentences by split, and the one that must be drawn."""
    sentences = list(generate_sentences())
    first = next(item for item in sentences if item.english == _FIRST_SENTENCE)
    parts = {
        combination: _part(combination, seed)
        for combination in {item.combination for item in sentences}
    }
    parts[first.combination] = 0
    pools: tuple[_Split, _Split, _Split] = ([], [], [])
    for item in sentences:
        pools[parts[item.combination]].append(item)
    known = set(itertools.chain.from_iterable(map(words_of, pools[0])))
    for pool in pools[1:]:
        pool[:] = [item for item in pool if known.issuperset(words_of(item))]
    return pools, first


def _part(combination, seed):
    """0, 1 or 2: training, validation or test, the same on every machine."""
    key = f"{seed} {combination}".encode()
    number = int.from_bytes(hashlib.blake2b(key, digest_size=8).digest()) % 100
    if number < _HELD_OUT_PERCENT:
        return 1
    return 2 if number < 2 * _HELD_OUT_PERCENT else 0


def words_of(sentence):
    """The words of a sentence in its three languages.

    Args:
        sentence: A `Sentence`.

    Returns:
        A list of strings, without question marks.
    """
    return " ".join(sentence[:3]).replace("?", "").split()


def _cover_words(pool):
    """Sentences that together hold every word of the pool."""
    known: set[str] = set()
    for item in pool:
        words = words_of(item)
        if not known.issuperset(words):
            known.update(words)
            yield item


def _fill(chosen, pool, size):
    """Adds sentences of the pool, one kind after the other, up to a size."""
    rest: dict[str, _Split] = {kind: [] for kind in KINDS}
    for item in pool:
        if item not in chosen:
            rest[item.kind].append(item)
    turns = itertools.zip_longest(*rest.values())
    added = (item for turn in turns for item in turn if item is not None)
    return [*chosen, *itertools.islice(added, size - len(chosen))]
