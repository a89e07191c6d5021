"""What is wrong in a row's validation words: the edits that would mend them.

    python benchmarks/scoreboard/wrong_words.py g2p-kor g2p-ita

The model of the first seed must have been trained here, by run.py. The numbers go to
benchmarks/scoreboard/results, from which table.py makes RESULTS.md.
"""

import collections
import itertools
import unicodedata

import jiwer

import seq2seq_keras as s2s
from benchmarks.runner import markdown_table, parser_of
from benchmarks.scoreboard.rows import SEED, Group, Row, find_row, run_name

KIND = "wrong words"
SHOWN = 5  # edits in the table


def measure(row: Row) -> None:
    """Reads the validation words and counts edits."""
    translator = s2s.Translator.load(row.model_folder(SEED))
    pairs = s2s.load_corpus(row.corpus).validation
    written = translator.translate(pairs.source)
    wrong = [
        edits(ours.replace(" ", ""), reference.replace(" ", ""))
        for ours, reference in zip(written, pairs.target, strict=True)
        if ours != reference
    ]
    counts = collections.Counter(itertools.chain.from_iterable(wrong))
    common = [each for each in counts.most_common(SHOWN) if each[1] > 1]
    kinds = {edit for edit, _ in common}
    numbers = {
        "words": len(written),
        "wrong": len(wrong),
        "common_edits": [
            {"written": edit[0], "reference": edit[1], "count": count}
            for edit, count in common
        ],
        "wrong_by_nothing_else": sum(kinds.issuperset(each) for each in wrong),
    }
    row.results.keep(KIND, run_name([SEED]), numbers)
    print("; ".join(_cells(row, numbers)))


def edits(written: str, reference: str) -> list[tuple[str, str]]:
    """The stretches of characters that differ: pairs of what is written and meant.

    The characters of phonemes, rather than whole ones, since a length mark is an edit
    of its own, whatever vowel it is missing from.
    """
    [chunks] = jiwer.process_characters([reference], [written]).alignments
    found = []
    for is_equal, group in itertools.groupby(chunks, lambda c: c.type == "equal"):
        if not is_equal:
            start, *_, end = [*group] * 2
            ours = written[start.hyp_start_idx : end.hyp_end_idx]
            found.append((ours, reference[start.ref_start_idx : end.ref_end_idx]))
    return found


def section(group: Group) -> list[str]:
    """The lines of a part of RESULTS.md; none where no row is looked into."""
    lines = [["row", "words", "wrong", "edits", "wrong by nothing else"]]
    for row in group.rows:
        if numbers := row.results.read(KIND).get(run_name([SEED])):
            lines.append(_cells(row, numbers))
    if len(lines) == 1:
        return []
    return [
        "\n### What is wrong in the validation words\n",
        f"The model of seed {SEED}, greedy search: the edits of characters, from what "
        f"it wrote to the reference, that are seen most (twice at least, {SHOWN} at "
        "most), and how many of the wrong words need no others.\n",
        markdown_table(lines),
    ]


def _cells(row: Row, numbers: dict) -> list[str]:
    shown = [
        f"{_shown(each['written'])} → {_shown(each['reference'])} {each['count']}"
        for each in numbers["common_edits"]
    ]
    counts = [f"{numbers[name]:,}" for name in ("words", "wrong")]
    nothing_else = str(numbers["wrong_by_nothing_else"])
    return [f"`{row.name}`", *counts, "; ".join(shown), nothing_else]


def _shown(characters: str) -> str:
    """The characters, or a sign for none; a mark gets a circle to stand on."""
    if not characters:
        return "∅"
    return "◌" * bool(unicodedata.combining(characters[0])) + characters


if __name__ == "__main__":
    parser = parser_of(__doc__)
    parser.add_argument("row", nargs="+")
    for name in parser.parse_args().row:
        measure(find_row(name)[0])
