"""Tests of what seq2seq_keras.data.describe_pairs finds in the text of pairs."""

import pytest

from seq2seq_keras.data import Example, Pairs, PairStream, describe_pairs, make_dataset
from seq2seq_keras.text import WordTokenizer

TOKENIZERS = {
    "source_tokenizer": WordTokenizer(["a", "b", "c"]),
    "target_tokenizer": WordTokenizer(["x", "y"]),
}


def pairs_of(pairs):
    return Pairs(*map(list, zip(*pairs, strict=True)))


def training(*pairs, **options):
    described = describe_pairs(pairs_of(pairs), **TOKENIZERS, **options)
    return described.splits["training"]


def leftovers(*texts):
    """What is found in some sources."""
    return training(*[(text, f"t{number}") for number, text in enumerate(texts)])


def test_sources_with_several_targets_are_counted_once_each():
    split = training(
        *[("a", "x"), ("b", "y"), ("b", "y"), ("a", "y")],
        *[("a", "x y"), ("c", "y"), ("c", "Y"), ("d", "x")],
    )
    # "a" has three, "c" two: another case is another target. "b" repeats its one.
    assert split.several_targets == 2
    assert split.examples["several_targets"] == Example(4, "“a” → “x” | “y”")


def test_sources_that_differ_in_case_or_spacing_have_a_target_each():
    split = training(("a b", "x"), ("A b", "y"), ("a  b", "y"), ("", "x"), (" ", "y"))
    assert split.several_targets == 0
    assert "several_targets" not in split.examples


def test_several_targets_in_different_splits_do_not_count():
    described = describe_pairs(
        pairs_of([("a", "x")]), pairs_of([("a", "y")]), **TOKENIZERS
    )
    assert [x.several_targets for x in described.splits.values()] == [0, 0]


def test_a_source_of_which_nothing_is_remembered_is_counted_all_the_same(monkeypatch):
    monkeypatch.setattr("seq2seq_keras.data.split_counts._REMEMBERED", 2)
    split = training(("a", "x"), ("b", "x"), ("c", "x"), ("c", "y"))
    assert (split.several_targets, split.examples) == (1, {})
    split = training(("a", "x"), ("b", "x"), ("c", "x"), ("c", "y"), ("b", "y"))
    assert split.several_targets == 2
    assert split.examples["several_targets"].number == 5


def test_pairs_with_the_same_text_on_both_sides_are_copies():
    split = training(
        *[("a", "x"), ("b c", "b c"), ("b c", "b  c"), ("b", "B"), ("", ""), (" ", " ")]
    )
    assert split.copies == 1
    assert split.examples["copies"] == Example(2, "b c")


LENGTHS = [
    *[("a a", "x"), ("a a a", "x"), ("a", "x x x"), ("", "x"), ("a", " ")],
    *[("a a a", "x x x"), ("a a", "x x"), ("", "")],
]


@pytest.mark.parametrize(
    ("limits", "left_out", "first"),
    [
        ((None, None), 3, 4),
        ((2, None), 5, 2),
        ((None, 2), 5, 3),
        ((2, 2), 6, 2),
        ((3, 3), 3, 4),
        ((1, 1), 8, 1),
    ],
)
@pytest.mark.filterwarnings("ignore:.*pairs are left out")
def test_pairs_are_left_out_as_make_dataset_does(limits, left_out, first):
    options = dict(zip(("max_source_length", "max_target_length"), limits, strict=True))
    split = training(*LENGTHS, **options)
    assert split.left_out == left_out
    assert split.examples["left_out"].number == first
    if left_out < len(LENGTHS):
        dataset = make_dataset(pairs_of(LENGTHS), **TOKENIZERS, **options)
        kept = sum(len(labels) for _, labels, _ in dataset)
        assert kept == len(LENGTHS) - left_out


def test_a_pair_that_is_left_out_is_shown_with_its_lengths():
    split = training(("a", "x"), ("b", "x y x"), max_target_length=2)
    text = "“b” → “x y x”: 1 and 3 tokens"
    assert split.examples["left_out"] == Example(2, text)


@pytest.mark.parametrize(
    "text",
    [
        *("rock &amp; roll", "it&#39;s", "it&#x27;s", "&#X27;", "&quot;", "&apos;s"),
        *("&eacute;t&eacute;", "a&nbsp;b", "&amp;quot;", "AT&T &lt;3", "&&amp;"),
    ],
)
def test_html_entities_are_found(text):
    assert leftovers("plain", text).html_entities == 1


@pytest.mark.parametrize(
    "text",
    [
        *("AT&T", "a & b", "&amp", "& amp ;", "&unheard;", "&;", "&#;", "&#x;"),
        *("&#xyz;", "&amp quot;", "a;b&c", "&Amp;"),
    ],
)
def test_what_html_does_not_know_is_no_entity(text):
    assert leftovers("plain", text).html_entities == 0


def test_cells_with_entities_are_counted_on_both_sides():
    split = training(("a &lt; b &gt; c", "x"), ("&quot;", "&#34;"), ("a", "x&y"))
    assert split.html_entities == 3
    assert split.examples["html_entities"] == Example(1, "a &lt; b &gt; c")
    # The first is that of the first pair, whichever side it is on.
    split = training(("a", "&#34;"), ("&quot;", "x"))
    assert split.examples["html_entities"] == Example(1, "&#34;")


@pytest.mark.parametrize(
    "text",
    [
        *('"he said ""hi"""', '"""Hello."""', '"a ""b"" c"', '""""'),
        *('"yes, sir"', '"a\nb"', '"a\tb"', '"1,5"'),
    ],
)
def test_cells_in_excels_quotes_are_found(text):
    assert leftovers("plain", text).excel_quotes == 1


@pytest.mark.parametrize(
    "text",
    [
        *('"Hello."', '"', '""', '""Hello""', '"Yes," he said, "sir"', "'yes, sir'"),
        *('"yes, sir', 'yes, sir"', ' "yes, sir"', '"a "b" c"', '"a """ b"', "„a, b“"),
    ],
)
def test_other_quotes_are_none_of_excels(text):
    assert leftovers("plain", text).excel_quotes == 0


@pytest.mark.parametrize("bare", ["well, yes", 'a "b"', '"Yes," he said'])
@pytest.mark.parametrize("before", [True, False])
def test_a_quote_of_speech_is_none_where_other_cells_lack_excels_quotes(bare, before):
    speech = ['"Yes, sir."', '"No, sir."']
    assert leftovers(*speech).excel_quotes == 2
    texts = [bare, *speech] if before else [*speech, bare]
    assert leftovers(*texts).excel_quotes == 0
    # Doubled quotes are none of speech.
    assert leftovers(*texts, '"a ""b"""').excel_quotes == 1


def test_excels_quotes_of_a_side_are_judged_by_that_side():
    split = training(('"a, b"', "x, y"), ('"c, d"', '"x, y"'))
    assert split.excel_quotes == 2
    assert split.examples["excel_quotes"] == Example(1, '"a, b"')


@pytest.mark.parametrize(
    "text",
    [
        *(
            '<seg id="1">yes</seg>',
            "</doc>",
            "<br/>",
            "<br />",
            "<p>yes</p>",
            "  </tu>",
        ),
        *('<?xml version="1.0"?>', "<!DOCTYPE tmx>", "<!-- a -->", "<tuv lang=en >"),
        *('<tuv xml:lang="en"><seg>yes</seg></tuv>', "<i>Oh</i> yes", '<s id="1">'),
    ],
)
def test_cells_that_are_markup_are_found(text):
    assert leftovers("plain", text).markup == 1


@pytest.mark.parametrize(
    "text",
    [
        *("<unk>", "<s> a </s>", "</s>", "<3", "<- b", "<<", "< b >", "<num> dogs"),
        *("a <b>c</b>", "<bob@example.org>", "<http://example.org>", "<a b>", "<>"),
        *("<p>yes", "a < b = c >", "<1>", "<?>"),
    ],
)
def test_other_angle_brackets_are_no_markup(text):
    assert leftovers("plain", text).markup == 0


def test_an_opening_tag_is_markup_if_another_cell_closes_it():
    found = leftovers("<tu>", "<unk> a", "yes", "</tu>", "<tu>", "</tu>", "<unk>")
    assert found.markup == 4
    assert found.examples["markup"] == Example(1, "<tu>")
    # On the other side it does not.
    assert training(("<tu>", "</tu>"), ("a", "x")).markup == 1


def test_tags_without_end_cost_no_memory_without_end(monkeypatch):
    monkeypatch.setattr("seq2seq_keras.data.leftovers._NAMES", 2)
    found = leftovers(*"abcd", *(f"<{c}>" for c in "abcd"), *(f"</{c}>" for c in "bcd"))
    # Closing ones count always, of opening ones "a" and "b" are remembered.
    assert found.markup == 3 + 1


def test_tags_and_entities_take_time_in_proportion_to_their_length():
    text = "<a b=" + 50_000 * " " + "&" + 50_000 * "a" + 50_000 * " " + 50_000 * '"'
    found = leftovers(text, f'"{text}', "&#" + 50_000 * "1", "<" + 50_000 * "a ")
    assert found.markup == found.html_entities == 0


def test_characters_of_one_split_only_are_counted_on_each_side():
    described = describe_pairs(
        pairs_of([("abz", "x"), ("q", "x")]),
        pairs_of([("ab", "x"), ("éaß", "xy")]),
        pairs_of([("é", "y x z"), ("q", "x")]),
        **TOKENIZERS,
    )
    splits = list(described.splits.values())
    # z in training; é and ß in validation; é, which validation has too, in the test.
    assert [split.lone_source_characters for split in splits] == [1, 2, 1]
    assert [split.lone_target_characters for split in splits] == [0, 1, 3]
    examples = [split.examples.get("lone_source_characters") for split in splits]
    assert examples[0] == Example(1, "z (U+007A) in “abz”")
    assert examples[1] == Example(2, "é (U+00E9) in “éaß”")
    assert examples[2] == Example(1, "é (U+00E9) in “é”")


def test_characters_are_those_of_the_text_as_it_was_read():
    described = describe_pairs(
        pairs_of([("é a", "x")]), pairs_of([("e\u0301\u00a0A", "x")]), **TOKENIZERS
    )
    # e, the accent, the no-break space and A; é, the space and a.
    splits = described.splits.values()
    assert [split.lone_source_characters for split in splits] == [3, 4]


def test_characters_that_cannot_be_shown_alone_are_named():
    for character, code in (("\u0301", "U+0301"), ("\u00a0", "U+00A0")):
        described = describe_pairs(
            pairs_of([("a", "x")]), pairs_of([(f"a{character}", "x")]), **TOKENIZERS
        )
        example = described.splits["validation"].examples["lone_source_characters"]
        assert example.text.startswith(f"{code} in ")


def test_characters_of_the_only_split_are_not_counted():
    split = training(("a", "x"))
    assert split.lone_source_characters == split.lone_target_characters == 0


def test_streams_and_pieces_change_nothing(monkeypatch):
    pairs = [
        *[("a", "x"), ("a", "y"), ("b", "b"), ("", "x"), ("&lt;", "</p>")],
        *[('"a, b"', "<p>"), ("é", "<i>"), ("a a a", "x")],
    ]
    whole = describe_pairs(pairs_of(pairs), pairs_of(pairs[::-1]), **TOKENIZERS)
    monkeypatch.setattr("seq2seq_keras.data.counting._CHUNK", 3)
    streams = [PairStream(lambda: iter(pairs)), PairStream(lambda: reversed(pairs))]
    assert describe_pairs(*streams, **TOKENIZERS) == whole
    assert len(whole.splits["validation"].examples) == 6
