"""The phrasebook: 225,532 sentences in three languages, from a small grammar."""

import hashlib
import io
import itertools
import pathlib
import random
from collections.abc import Iterable, Iterator, Mapping

import numpy as np

from seq2seq_keras.errors import InputError, check_choice
from seq2seq_keras.ranges import checks_numbers

_FILE = pathlib.Path(__file__).with_name("phrasebook.npz")
_FIRST_SENTENCE = "i am a student"
_HELD_OUT_PERCENT = 5
_HELD_OUT_SHARE = 20
_DEFAULT_SIZE = 20_000
# The words of each start or end, and the number of it in each sentence.
_Words = tuple[list[list[str]], np.ndarray]
# Large enough for a sentence with each word and for the balance of kinds.
_SIZE_WITH_ALL_WORDS = 5_000


class Phrasebook:
    """Sentences in English, French and Korean, and what each of them says.

    The file is written by `python -m tools.phrasebook`. Of each language it holds the
    starts and the ends of sentences, each once, and the numbers of both for every
    sentence.

    Args:
        arrays: Mapping of names to arrays in place of the package's own file.

    Example:

    >>> phrasebook = Phrasebook()
    >>> phrasebook.texts("english", [0, 1]), phrasebook.combinations([0])
    (['i am a student', 'i am not a student'], ['i / be student'])
    """

    LANGUAGES = ("english", "french", "korean")

    def __init__(self, arrays: Mapping[str, np.ndarray] | None = None) -> None:
        # In memory, so that no file stays open. An array is unpacked where it is used.
        self._arrays = arrays or np.load(io.BytesIO(_FILE.read_bytes()))

    def __len__(self) -> int:
        return len(self._arrays["subject"])

    def texts(self, language: str, rows: Iterable[int] | None = None) -> list[str]:
        """The sentences in a language, or those of some rows, counted from 0."""
        check_choice("language", language, self.LANGUAGES)
        return self._joined(f"{language}_start", f"{language}_end", " ", rows)

    def combinations(self, rows: Iterable[int] | None = None) -> list[str]:
        """Subject and core of the predicate, e.g. "he / sell car", of each sentence.

        Polarity, question, determiner, number and adjectives inside a noun phrase make
        no difference to it.
        """
        return self._joined("subject", "predicate", " / ", rows)

    def kinds(self, rows: Iterable[int] | None = None) -> list[str]:
        """What each says of its subject, such as a "profession" or an "action"."""
        names, numbers = self._column("kind", rows)
        return [names[number] for number in numbers]

    @checks_numbers(size=(0, 10**9), seed=(-(2**63), 2**63 - 1))
    def split(
        self, size: int = _DEFAULT_SIZE, seed: int = 0
    ) -> tuple[list[int], list[int], list[int]]:
        """Draws sentences to train, validate and test with.

        5 % of the combinations of a subject and a predicate are held out for validation
        and another 5 % for test, in all of their forms. The kinds of sentence take
        turns, so that the many actions do not drown the rest. "i am a student" is
        always a training sentence.

        Args:
            size: The number of training sentences; of validation and test sentences
                there are `size // 20` each, at least one. From 5,000 on, the training
                sentences hold every word of the other two.
            seed: Integer. Decides what is held out and drawn.

        Returns:
            Three lists of numbers of sentences: training, validation and test.

        Raises:
            InputError: If there are not that many sentences.
        """
        if (size, seed) == (_DEFAULT_SIZE, 0):
            drawn = self._arrays["default_split"].tolist()
            held_out = size // _HELD_OUT_SHARE
            return drawn[:size], drawn[size:-held_out], drawn[-held_out:]
        return self.draw(size, seed)

    @checks_numbers(size=(0, 10**9), seed=(-(2**63), 2**63 - 1))
    def draw(
        self, size: int = _DEFAULT_SIZE, seed: int = 0
    ) -> tuple[list[int], list[int], list[int]]:
        """Does the work of `split`, whose default the file holds ready."""
        words = list(self._words())
        pools, first = self._pools(seed, words)
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
        chosen = [first]
        if size >= _SIZE_WITH_ALL_WORDS:
            chosen = list(dict.fromkeys([first, *_first_uses(train, words)]))
        drawn = self._fill(chosen, train, size)
        generator.shuffle(drawn)
        return (
            drawn,
            self._fill([], validation, held_out_size),
            self._fill([], test, held_out_size),
        )

    def _pools(
        self, seed: int, words: list[_Words]
    ) -> tuple[tuple[list[int], ...], int]:
        """All sentences by split, and the one that must be drawn."""
        combinations = self.combinations()
        first = self.texts("english").index(_FIRST_SENTENCE)
        parts = {text: _part(text, seed) for text in set(combinations)}
        parts[combinations[first]] = 0
        part = np.array([parts[text] for text in combinations])
        train = part == 0
        known: set[str] = set()
        for words_of, numbers in words:
            known.update(*(words_of[number] for number in np.unique(numbers[train])))
        for words_of, numbers in words:
            is_known = np.array([known.issuperset(each) for each in words_of])
            part[~is_known[numbers]] = -1
        return tuple(np.flatnonzero(part == pool).tolist() for pool in range(3)), first

    def _words(self) -> Iterator[_Words]:
        """The words of all starts, all ends, and the numbers of them by sentence."""
        for language in self.LANGUAGES:
            for half in ("start", "end"):
                names, numbers = self._column(f"{language}_{half}")
                yield [name.replace("?", "").split() for name in names], numbers

    def _fill(self, chosen: list[int], pool: list[int], size: int) -> list[int]:
        """Adds sentences of the pool, one kind after the other, up to a size."""
        taken = set(chosen)
        rest: dict[str, list[int]] = {kind: [] for kind in self._column("kind")[0]}
        for row, kind in zip(pool, self.kinds(pool), strict=True):
            if row not in taken:
                rest[kind].append(row)
        turns = itertools.zip_longest(*rest.values())
        added = (row for turn in turns for row in turn if row is not None)
        return [*chosen, *itertools.islice(added, size - len(chosen))]

    def _joined(
        self, left: str, right: str, between: str, rows: Iterable[int] | None
    ) -> list[str]:
        lefts, left_numbers = self._column(left, rows)
        rights, right_numbers = self._column(right, rows)
        return [
            f"{lefts[a]}{between}{rights[b]}"
            for a, b in zip(left_numbers.tolist(), right_numbers.tolist(), strict=True)
        ]

    def _column(
        self, name: str, rows: Iterable[int] | None = None
    ) -> tuple[list[str], np.ndarray]:
        """The texts that occur in a column, each once, and their numbers by row."""
        numbers = self._arrays[name]
        if rows is not None:
            numbers = numbers[np.asarray(rows, int)]
        return self._arrays[f"{name}_texts"].tolist(), numbers


def _part(combination: str, seed: int) -> int:
    """0, 1 or 2: training, validation or test, the same on every machine."""
    key = f"{seed} {combination}".encode()
    number = int.from_bytes(hashlib.blake2b(key, digest_size=8).digest()) % 100
    if number < _HELD_OUT_PERCENT:
        return 1
    return 2 if number < 2 * _HELD_OUT_PERCENT else 0


def _first_uses(pool: list[int], words: list[_Words]) -> list[int]:
    """The sentences of the pool that hold a word which none before them held."""
    rows = np.array(pool)
    first_use: dict[str, int] = {}
    for words_of, numbers in words:
        unique, positions = np.unique(numbers[rows], return_index=True)
        for number, position in zip(unique.tolist(), positions.tolist(), strict=True):
            for word in words_of[number]:
                first_use[word] = min(position, first_use.get(word, position))
    return rows[sorted(set(first_use.values()))].tolist()
