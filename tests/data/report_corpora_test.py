"""Tests of seq2seq_keras.data.describe_pairs: a count in plain Python of corpora."""

import collections
import html

import numpy as np
import pytest

from seq2seq_keras.data import Pairs, describe_pairs, source_key
from seq2seq_keras.text import CharacterTokenizer, WordTokenizer

SPLITS = ("training", "validation", "test")
LIMITS = (12, 14)
MOST = 1000  # pairs of a split, where the whole would take long
SPOKEN = ["ady", "dut", "fre", "gre", "ice", "ita", "jpn_hira", "khm", "kor"]
SHARED = {
    "sigmorphon2021": SPOKEN,
    "sigmorphon2023": ["deu", "fin", "heb"],
    "multi30k": ["raw", "tokenized"],
    "tatoeba": ["eng-fra", "eng-kor"],
}
CORPORA = [(folder, name) for folder, names in SHARED.items() for name in names]


def lines_of(path):
    return path.read_text(encoding="utf-8").removesuffix("\n").split("\n")


def read(folder, name):
    """The pairs of the three splits, as lists of tuples."""
    if folder.name == "multi30k":
        end = "" if name == "raw" else ".lc.norm.tok"
        stems = [f"{stem}{end}" for stem in ("train", "val", "test_2016_flickr")]
        sides = [
            [lines_of(folder / f"{stem}.{language}") for language in ("en", "de")]
            for stem in stems
        ]
        return [list(zip(*both, strict=True)) for both in sides]
    if folder.name == "tatoeba":
        rows = [tuple(line.split("\t")) for line in lines_of(folder / f"{name}.tsv")]
        # Neighbours often have the same source: so some are in two splits.
        return [rows[20:], rows[:10], rows[10:20]]
    if folder.name == "sigmorphon2021":
        paths = [folder / f"{name}_{split}.tsv" for split in ("train", "dev", "test")]
    else:
        paths = [folder / f"{name}.{split}" for split in ("trn", "dev", "tst")]
    rows = [[line.split("\t") for line in lines_of(path)] for path in paths]
    return [[(row[0], row[-1]) for row in split] for split in rows]


def has_entity(cell):
    names = [piece.split(";")[0] for piece in cell.split("&")[1:] if ";" in piece]
    return any(
        f"{name};" in html.entities.html5
        or (name.startswith("#") and html.unescape(f"&{name};") != f"&{name};")
        for name in names
    )


def is_in_excels_quotes(cell, column):
    if len(cell) < 3 or not cell[0] == cell[-1] == '"':
        return False
    inner = cell[1:-1].replace('""', "\0")
    if '"' in inner:
        return False
    if "\0" in inner:
        return True
    bare = [x for x in column if ("," in x or '"' in x) and x[0] + x[-1] != '""']
    return "," in inner and not bare


def expected_side(texts, tokenizer):
    rows = tokenizer.split(texts)
    known = set(tokenizer.vocabulary[4:])
    tokens = collections.Counter(token for row in rows for token in row)
    lengths = [len(row) for row in rows]
    return {
        "mean_length": np.mean(lengths),
        "median_length": np.median(lengths),
        "length_95": np.percentile(lengths, 95),
        "max_length": max(lengths),
        "unknown_rate": sum(n for token, n in tokens.items() if token not in known)
        / len([token for row in rows for token in row]),
        "coverage": len(tokens.keys() & known) / len(tokens),
        "empty": lengths.count(0),
    }, lengths


def expected_split(pairs, earlier, tokenizers):
    """The numbers of `SplitReport`, but for those of characters."""
    sources, targets = map(list, zip(*pairs, strict=True))
    keys = [source_key(source) for source in sources]
    seen = {source_key(source) for split in earlier for source, _ in split}
    targets_of = collections.defaultdict(set)
    for source, target in pairs:
        targets_of[source].add(target)
    source, source_lengths = expected_side(sources, tokenizers[0])
    target, target_lengths = expected_side(targets, tokenizers[1])
    lengths = list(zip(source_lengths, target_lengths, strict=True))
    cells = sources + targets
    return {
        "pairs": len(pairs),
        "distinct_sources": len(set(keys)),
        "duplicates": len(pairs) - len(set(pairs)),
        "leaked": sum(key in seen for key in keys),
        "several_targets": sum(len(found) > 1 for found in targets_of.values()),
        "copies": sum(source == target for source, target in pairs),
        "left_out": sum(not (0 < s <= 12 and 0 < t <= 14) for s, t in lengths),
        "html_entities": sum(map(has_entity, cells)),
        "excel_quotes": sum(
            is_in_excels_quotes(cell, column)
            for column in (sources, targets)
            for cell in column
        ),
        # No corpus has any.
        "markup": sum(cell.lstrip().startswith("<") for cell in cells),
    }, (source, target)


@pytest.mark.parametrize("most", [MOST, pytest.param(None, marks=pytest.mark.slow)])
@pytest.mark.parametrize(("folder", "name"), CORPORA)
def test_numbers_equal_a_count_in_plain_python(public_data, folder, name, most):
    splits = [part[:most] for part in read(public_data / folder, name)]
    sides = list(map(list, zip(*splits[0], strict=True)))
    kind = CharacterTokenizer if folder.startswith("sig") else WordTokenizer
    tokenizers = [kind.fit(texts, min_frequency=2) for texts in sides]
    described = describe_pairs(
        *[Pairs(*map(list, zip(*part, strict=True))) for part in splits],
        source_tokenizer=tokenizers[0],
        target_tokenizer=tokenizers[1],
        max_source_length=LIMITS[0],
        max_target_length=LIMITS[1],
    )
    assert tuple(described.splits) == SPLITS
    characters = [
        [set("".join(cells)) for cells in zip(*part, strict=True)] for part in splits
    ]
    for number, split in enumerate(described.splits.values()):
        numbers, both = expected_split(splits[number], splits[:number], tokenizers)
        for attribute, value in numbers.items():
            assert getattr(split, attribute) == value, attribute
        for side, values in zip((split.source, split.target), both, strict=True):
            for attribute, value in values.items():
                assert getattr(side, attribute) == value, attribute
        lone = [split.lone_source_characters, split.lone_target_characters]
        for side, count in enumerate(lone):
            training, validation, test = (found[side] for found in characters)
            others = training if number else validation | test
            assert count == len(characters[number][side] - others)
        for kind, example in split.examples.items():
            assert getattr(split, kind) > 0
            assert 1 <= example.number <= split.pairs
