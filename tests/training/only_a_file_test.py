"""Tests of a training that is told of its files and nothing else.

It does what is right, or it names the option that makes it right.
"""

import gzip
import json

import pytest

from seq2seq_keras.data import DataOptions
from seq2seq_keras.errors import InputError
from seq2seq_keras.training import load_training_pairs

WORDS = [(f"word {n}", f"mot {n}") for n in range(40)]


def rows(mark, *columns):
    """Lines of cells, `{s}` and `{t}` standing for source and target."""
    return "".join(
        mark.join(column.format(s=source, t=target, n=n) for column in columns) + "\n"
        for n, (source, target) in enumerate(WORDS)
    )


def segments(side, kind):
    text = "".join(f'<seg id="{n}">{p[side]}</seg>\n' for n, p in enumerate(WORDS))
    return f'<{kind}><doc docid="d">\n{text}</doc></{kind}>\n'


ATTRIBUTION = (
    "CC-BY 2.0 (France) Attribution: tatoeba.org #{n} (CM) & #7 (sacredceltic)"
)
RIGHT = {
    "a table of ManyThings with its attributions": {
        "fra.txt": rows("\t", "{s}", "{t}", ATTRIBUTION)
    },
    "questions, answers, labels": {
        "chat.csv": "question,answer,label\n" + rows(",", "{s}", "{t}", "1")
    },
    "two tables": {
        "a.tsv": rows("\t", "{s}", "{t}"),
        "b.tsv": rows("\t", "more {s}", "{t}"),
    },
    "JSON lines": {
        "pairs.jsonl": "".join(
            json.dumps({"en": source, "fr": target}) + "\n" for source, target in WORDS
        )
    },
    "a packed table": {
        "pairs.tsv.gz": gzip.compress(rows("\t", "{s}", "{t}").encode())
    },
    "test sets in SGML": {
        "src.sgm": segments(0, "srcset"),
        "ref.sgm": segments(1, "refset"),
    },
    "a dictionary with phonemes": {"words.tsv": rows("\t", "{s}", "{t}")},
}
ASKED = {
    "a table of pandas with its index": (
        {"frame.csv": ",en,fr\n" + rows(",", "{n}", "{s}", "{t}")},
        "`--columns en fr`",
    ),
    "an inflection table": (
        {"forms.tsv": rows("\t", "{s}", "V;PST", "{t}")},
        "`--columns 0 2 --features-column 1`",
    ),
    "an inflection table in another order": (
        {"forms.tsv": rows("\t", "{s}", "{t}", "N;PL")},
        "`--columns 0 1 --features-column 2`",
    ),
    "another separator": ({"p.txt": rows(" ||| ", "{s}", "{t}")}, "--separator '|||'"),
    "one side of parallel text": ({"a.en": rows("\t", "{s}")}, "name both files"),
}


def load(files, folder):
    for name, content in files.items():
        content = content.encode() if isinstance(content, str) else content
        (folder / name).write_bytes(content)
    return load_training_pairs(DataOptions(train=[folder / name for name in files]))


@pytest.mark.parametrize("kind", RIGHT)
def test_what_can_only_be_meant_in_one_way_is_learnt(kind, tmp_path):
    found = load(RIGHT[kind], tmp_path)
    expected = list(WORDS)
    if kind == "two tables":
        expected += [(f"more {source}", target) for source, target in WORDS]
    assert sorted([*found.train, *found.validation]) == sorted(expected)
    assert found.layouts


@pytest.mark.parametrize("kind", ASKED)
def test_what_could_be_meant_otherwise_is_asked(kind, tmp_path):
    files, advice = ASKED[kind]
    with pytest.raises(InputError) as error:
        load(files, tmp_path)
    assert advice in str(error.value)
    assert "\n" not in str(error.value)
