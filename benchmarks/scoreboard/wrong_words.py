"""What is wrong in a row's validation words: the edits that would mend them.

    python benchmarks/scoreboard/wrong_words.py g2p-kor g2p-ita

The model of the first seed must have been trained here, by run.py. The numbers go to
benchmarks/scoreboard/results, from which table.py makes RESULTS.md.
"""

import collections
import itertools
import json
import sys
import unicodedata

import jiwer
from rows import SEED, find_row
from run import write
from table_line import table_line

import seq2seq_keras as s2s

SHOWN = 5  # edits in the table


def measure(row):
    """Reads the validation words and counts edits."""
    translator = s2s.Translator.load(row.model_folder(SEED))
    pairs = s2s.load_corpus(row.corpus).validation
    written = translator.translate(pairs.source)
    wrong = [
        edits(*map(_joined, both))
        for both in zip(written, pairs.target, strict=True)
        if both[0] != both[1]
    ]
    counts = collections.Counter(itertools.chain.from_iterable(wrong))
    common = [each for each in counts.most_common(SHOWN) if each[1] > 1]
    kinds = {edit for edit, _ in common}
    numbers = {
        "row": row.name,
        "seed": SEED,
        "words": len(written),
        "wrong": len(wrong),
        "common_edits": [
            {"written": edit[0], "reference": edit[1], "count": count}
            for edit, count in common
        ],
        "wrong_by_nothing_else": sum(kinds.issuperset(each) for each in wrong),
    }
    write(row.wrong_words_path(), numbers)
    print(json.dumps(numbers, ensure_ascii=False))


def _joined(symbols):
    return symbols.replace(" ", "")


def edits(written, reference):
    """The stretches of characters that differ: pairs of what is written and meant.

    The characters of phonemes, rather than whole ones, since a length mark is an edit
    of its own, whatever vowel it is missing from.
    """
    [chunks] = jiwer.process_characters([reference], [written]).alignments
    found = []
    for is_equal, group in itertools.groupby(chunks, lambda c: c.type == "equal"):
        if not is_equal:
            group = list(group)
            start, end = group[0], group[-1]
            found.append(
                (
                    written[start.hyp_start_idx : end.hyp_end_idx],
                    reference[start.ref_start_idx : end.ref_end_idx],
                )
            )
    return found


def section(group):
    """The lines of a part of RESULTS.md; none where no row is looked into."""
    lines = []
    for row in group.rows:
        path = row.wrong_words_path()
        if path.exists():
            numbers = json.loads(path.read_text(encoding="utf-8"))
            lines.append(table_line(_cells(row, numbers)))
    if not lines:
        return []
    return [
        "\n### What is wrong in the validation words\n",
        f"The model of seed {SEED}, greedy search: the edits of characters, from what "
        f"it wrote to the reference, that are seen most (twice at least, {SHOWN} at "
        "most), and how many of the wrong words need no others.\n",
        table_line(["row", "words", "wrong", "edits", "wrong by nothing else"]),
        table_line(["---"] * 5),
        *lines,
    ]


def _cells(row, numbers):
    shown = [
        f"{_shown(each['written'])} → {_shown(each['reference'])} {each['count']}"
        for each in numbers["common_edits"]
    ]
    counts = [f"{numbers[name]:,}" for name in ("words", "wrong")]
    nothing_else = str(numbers["wrong_by_nothing_else"])
    return [f"`{row.name}`", *counts, "; ".join(shown), nothing_else]


def _shown(characters):
    """The characters, or a sign for none; a mark gets a circle to stand on."""
    if not characters:
        return "∅"
    return "◌" * bool(unicodedata.combining(characters[0])) + characters


if __name__ == "__main__":
    for name in sys.argv[1:]:
        measure(find_row(name)[0])
