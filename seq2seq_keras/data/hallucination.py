"""Made-up words that inflect as real ones do."""

import difflib
import random
import unicodedata
from collections import defaultdict
from collections.abc import Mapping, Sequence

from seq2seq_keras.data.pairs import Pairs
from seq2seq_keras.errors import InputError
from seq2seq_keras.ranges import checks_numbers
from seq2seq_keras.text import join_features, split_features

_Letters = Mapping[str, Sequence[str]]  # by kind


@checks_numbers(count=(0, 10**8), shortest_stem=(1, 1000), seed=(0, 2**32 - 1))
def hallucinate_pairs(
    pairs: Pairs, count: int, *, shortest_stem: int = 3, seed: int = 0
) -> Pairs:
    r"""Makes up words by putting random letters for stems.

    What a lemma and its form have in common, `schalt` of `schalten` and `schaltete`, is
    their stem. Random letters in its place, the same in both, make a word that does not
    exist and is inflected as a real one: from it a model learns that whatever the stem
    is, it is copied. That helps where there are few pairs. A letter is replaced by a
    letter, a mark by a mark, both drawn from those of the pairs; all else stays.
    What is made of a pair has its weight; of pairs of weight 0 nothing is made.

    Args:
        pairs: `Pairs` of lemmas and forms, with or without features.
        count: Integer. How many pairs to make.
        shortest_stem: Integer. How many characters in a row a lemma and its form must
            have in common to be replaced.
        seed: Integer.

    Returns:
        `Pairs` of made-up words alone, to be added to the others.

    Raises:
        InputError: If no pair has such a stem.

    Example:

    >>> pairs = Pairs(["V;PST\tschalten"], ["schaltete"])
    >>> hallucinate_pairs(pairs, 2, seed=1)[0]
    ('V;PST\tclctttsn', 'clctttste')

    Reference:
        - [Anastasopoulos & Neubig, 2019](https://arxiv.org/abs/1908.05838), section 3.
    """
    parts = [split_features(source) for source in pairs.source]
    stems = [
        _stems(lemma, form, shortest_stem)
        for (_, lemma), form in zip(parts, pairs.target, strict=True)
    ]
    usable = [
        number
        for number, (*_, weight) in enumerate(pairs.rows())
        if stems[number] and weight
    ]
    if count and not usable:
        raise InputError(
            f"None of {len(pairs):,} pairs has {shortest_stem} characters in a row in "
            "both its source and its target, and a weight above 0: there is no stem "
            "to replace."
        )
    letters = _letters([lemma for _, lemma in parts] + pairs.target)
    drawing = random.Random(seed)
    made, numbers = [], []
    for _ in range(count):
        number = drawing.choice(usable)
        numbers.append(number)
        (features, lemma), form = parts[number], pairs.target[number]
        lemma, form = _replaced(lemma, form, stems[number], letters, drawing)
        is_featured = "\t" in pairs.source[number]
        made.append((join_features(features, lemma) if is_featured else lemma, form))
    sources, targets = ([pair[side] for pair in made] for side in (0, 1))
    return Pairs(sources, targets, pairs.take(numbers).weights)


def _stems(lemma: str, form: str, shortest: int) -> list[difflib.Match]:
    """Where both have the same characters, in order, enough in a row."""
    blocks = difflib.SequenceMatcher(None, lemma, form, autojunk=False)
    return [block for block in blocks.get_matching_blocks() if block.size >= shortest]


def _kind(character: str) -> str:
    """Letter, "L", or mark, "M", or what is never replaced, ""."""
    kind = unicodedata.category(character)[0]
    return kind if kind in "LM" else ""


def _letters(texts: Sequence[str]) -> _Letters:
    by_kind: dict[str, list[str]] = defaultdict(list)
    for character in sorted(set().union(*texts)):
        by_kind[_kind(character)].append(character)
    return by_kind


def _replaced(
    lemma: str,
    form: str,
    stems: Sequence[difflib.Match],
    letters: _Letters,
    drawing: random.Random,
) -> tuple[str, str]:
    sides = [list(lemma), list(form)]
    for stem in stems:
        for offset in range(stem.size):
            if kind := _kind(lemma[stem.a + offset]):
                drawn = drawing.choice(letters[kind])
                sides[0][stem.a + offset] = sides[1][stem.b + offset] = drawn
    return "".join(sides[0]), "".join(sides[1])
