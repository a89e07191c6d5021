"""Tests of seq2seq_keras.data.pair_files and .table_files: what is in which file."""

import bz2
import gzip
import io
import json
import lzma
import os
import types
import zipfile

import pytest

from seq2seq_keras.data import (
    ReadingOptions,
    check_remembered_encoding,
    is_separated,
    read_files,
    read_pairs,
    read_sources,
)
from seq2seq_keras.errors import InputError

PAIRS = [("yes", "oui"), ("no", "non")]


@pytest.fixture
def write(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def write(name, content):
        content = content.encode() if isinstance(content, str) else content
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
        return name

    return write


def lines(mark, pairs=PAIRS):
    return "".join(f"{source}{mark}{target}\n" for source, target in pairs)


SEPARATORS = ["|||", " ||| ", ";", "+++$+++", " >> ", " => ", "::", "‖", " - ", ","]


@pytest.mark.parametrize("separator", SEPARATORS)
def test_tables_have_any_separator(separator, write):
    path = write("pairs.txt", lines(separator))
    assert list(read_pairs(path, separator=separator)) == PAIRS
    # White space around it is not part of the cells.
    path = write("pairs.txt", lines(f" {separator.strip()} "))
    assert list(read_pairs(path, separator=separator.strip())) == PAIRS


@pytest.mark.parametrize(
    ("separator", "advice"),
    [
        ("|||", "but 1 `|||`: `--separator '|||'`"),
        (";", "but 1 `;`: `--separator ';'`"),
        (", ", "but 1 comma: `--separator ,`"),
        (" >> ", "but 1 `>>`: `--separator ' >> '`"),
        ("+++$+++", "but 1 `+++$+++`: `--separator '+++$+++'`"),
        (" ", "one column only. Name what parts the columns"),
    ],
)
def test_a_table_without_tabs_is_told_its_likeliest_separator(separator, advice, write):
    path = write("pairs.txt", lines(separator))
    with pytest.raises(InputError, match=r"pairs\.txt, row 1 has no tab") as error:
        read_pairs(path)
    assert advice in str(error.value)


def test_a_comma_in_some_rows_is_no_separator(write):
    path = write("text.txt", "yes, sir\nno\nwell\n")
    with pytest.raises(InputError, match="name both files"):
        read_pairs(path)


def test_a_csv_may_have_semicolons(write):
    path = write("pairs.csv", '"a;b";"c"\nd;"e ""f"""\n')
    with pytest.raises(InputError, match=r"row 1: .* parted by `;`.*`--separator ';'`"):
        read_pairs(path)
    plain = write("plain.csv", "yes;oui\n")
    with pytest.raises(InputError, match="row 1 has no comma, but 1 `;`: `--separator"):
        read_pairs(plain)
    assert list(read_pairs(path, separator=";")) == [("a;b", "c"), ("d", 'e "f"')]
    # Excel can say so itself.
    path = write("pairs.csv", "sep=;\nyes;oui\n")
    assert list(read_pairs(path)) == [("yes", "oui")]


def test_after_white_space_the_rest_of_the_line_is_the_target(write):
    path = write("words.txt", "READ  R EH D\nCAT\tK AE T\n\n")
    expected = [("READ", "R EH D"), ("CAT", "K AE T")]
    assert list(read_pairs(path, separator="space")) == expected
    path = write("words.txt", "word freq phones\nREAD 7 R EH D\n")
    pairs = read_pairs(path, separator=" ", columns=("word", "phones"))
    assert list(pairs) == [("READ", "R EH D")]


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "utf-16", "utf-32", "cp949"])
def test_files_have_any_encoding(encoding, write):
    text = "안녕\thello\r\n" if encoding == "cp949" else "été\tsummer\r\nça\tthat\r\n"
    path = write("pairs.tsv", text.encode(encoding))
    expected = [tuple(line.split("\t")) for line in text.split("\r\n")[:-1]]
    assert list(read_pairs(path, encoding=encoding)) == expected
    with pytest.raises(InputError, match=r"`--encoding (cp1252|utf-16|utf-32)`"):
        read_pairs(path)


def test_a_wrong_encoding_names_the_line(write):
    path = write("pairs.tsv", "a\tb\nc\t".encode("cp949") + b"\xff\xff\n")
    with pytest.raises(InputError, match=r"pairs\.tsv, line 2: not valid cp949"):
        read_pairs(path, encoding="cp949")


def test_comments_are_lines_and_tails(write):
    text = ";;; head\nyes\toui ;;; or si\n  ;;; more\nno;;;\tnon\n"
    pairs = read_pairs(write("pairs.tsv", text), comment=";;;")
    assert list(pairs) == [("yes", "oui"), ("no;;;", "non")]
    pairs = read_pairs(write("p.csv", '# x\n"yes # 1",oui\n'), comment="#")
    assert list(pairs) == [("yes # 1", "oui")]  # only lines, where there are quotes
    # A line within a cell is none.
    text = '# x\n"yes\n# 1\nno",oui\n# y\n # z\nno,non\n'
    pairs = read_pairs(write("p.csv", text), comment="#")
    assert list(pairs) == [("yes\n# 1\nno", "oui"), ("no", "non")]


LICENCE = "May be used by everybody, for whatever they like. " * 60  # 3,000 characters


@pytest.mark.parametrize(
    ("name", "text", "pair"),
    [
        (
            "cmudict.dict",
            "".join(f";;; {LICENCE[i : i + 50]}\n" for i in range(0, 3000, 50))
            + "READ(2)  R IY1 D\n",
            ("READ", "R IY1 D"),
        ),
        (
            "memory.tmx",
            f'<?xml version="1.0"?>\n<!-- {LICENCE} -->\n<tmx version="1.4"><header/>'
            '<body><tu><tuv xml:lang="en"><seg>yes</seg></tuv><tuv xml:lang="fr"><seg>'
            "oui</seg></tuv></tu></body></tmx>",
            ("yes", "oui"),
        ),
        (
            "pairs.json",
            f"{' ' * 3000}[" + '{"en": "yes", "fr": "oui"}]',
            ("yes", "oui"),
        ),
    ],
)
def test_what_a_file_is_stands_behind_a_licence_too(name, text, pair, write):
    columns = {"columns": ["en", "fr"]} if name == "memory.tmx" else {}
    assert read_pairs(write(name, text), **columns)[0] == pair


@pytest.mark.parametrize("blank", range(12))
def test_a_dictionary_is_told_wherever_its_beginning_is_cut(blank, write):
    text = "".join(f"WORD{' ' * (1 + n % 2)}W ER1 D\n" for n in range(blank, 400))
    assert read_pairs(write("words", f";;;{'x' * blank}\n{text}"))[0][0] == "WORD"


PACKED = {
    "pairs.tsv.gz": gzip.compress,
    "pairs.tsv.xz": lzma.compress,
    "pairs.tsv.bz2": bz2.compress,
    "no-such-ending": gzip.compress,
}


@pytest.mark.parametrize("name", PACKED)
@pytest.mark.parametrize("stream", [False, True])
def test_packed_files_are_read_as_they_are(name, stream, write):
    path = write(name, PACKED[name](lines("\t").encode()))
    assert list(read_pairs(path, stream=stream)) == PAIRS
    csv = write("pairs.csv.gz", gzip.compress(b'"a, b",c\n'))
    assert list(read_pairs(csv, stream=stream)) == [("a, b", "c")]


def test_a_member_of_an_archive_is_named_after_a_colon(write, tmp_path):
    with zipfile.ZipFile(tmp_path / "fra-eng.zip", "w") as archive:
        archive.writestr("fra.txt", lines("\t"))
        archive.writestr("about.txt", "from elsewhere")
    write("x", "")
    with pytest.raises(InputError, match=r"FILE:MEMBER|fra-eng\.zip:fra"):
        read_pairs("fra-eng.zip")
    assert list(read_pairs("fra-eng.zip:fra.txt")) == PAIRS


def test_several_tables_are_one_set_of_pairs(write):
    first, second = write("a.tsv", "yes\toui\n"), write("b.tsv", "no\tnon\n")
    third = write("c.csv", "well,bon\n")
    assert list(read_pairs([first, second])) == PAIRS
    assert list(read_pairs([second, third, first], stream=True)) == [
        ("no", "non"),
        ("well", "bon"),
        ("yes", "oui"),
    ]
    with pytest.raises(InputError, match="are tables, not parallel text"):
        read_pairs(first, second)


def test_two_files_that_are_no_tables_are_parallel_text(write):
    english, french = write("a.en", "yes\nno\n"), write("a.fr", "oui\nnon\n")
    found = read_files([english, french])
    assert list(found.pairs) == PAIRS
    assert (found.is_table, found.layouts) == (
        False,
        ["a.en and a.fr: parallel text, utf-8."],
    )
    table = write("a.tsv", "yes\toui\n")
    for files in ([english, table], [english, french, english]):
        with pytest.raises(InputError, match=r"a\.en is no table"):
            read_files(files)
    with pytest.raises(InputError, match="which has no columns: leave `columns` out"):
        read_files([english, french], options=ReadingOptions(columns=[0, 1]))
    # Nobody gave it for these files.
    options = ReadingOptions(columns=[1, 0])
    found = read_files([english, french], options=options, may_be_idle=["columns"])
    assert list(found.pairs) == PAIRS


def test_a_line_with_a_tab_makes_no_table(write):
    english, french = write("a.en", "yes\tsir\nno\n"), write("a.fr", "oui\nnon\n")
    assert read_files([english, french]).pairs[0] == ("yes\tsir", "oui")


def test_folders_and_patterns_stand_for_their_files(write):
    for name, text in {"2.tsv": "no\tnon\n", "1.tsv": "yes\toui\n"}.items():
        write(f"shards/{name}", text)
    write("shards/.hidden", "x")
    assert list(read_pairs("shards")) == PAIRS
    assert list(read_pairs("shards/*.tsv")) == PAIRS
    assert list(read_pairs("shards/[2].tsv")) == PAIRS[1:]
    with pytest.raises(InputError, match="No file is called as the pattern says"):
        read_pairs("shards/*.csv")


@pytest.mark.parametrize("other", ["dev.tsv", "deu_test.tsv", "validation-0.tsv"])
def test_a_folder_with_other_splits_is_not_trained_on(other, write):
    write("data/train.tsv", "yes\toui\n")
    write(f"data/{other}", "no\tnon\n")
    with pytest.raises(InputError, match=rf"several splits, such as {other} and train"):
        read_pairs("data")
    assert list(read_pairs("data/*train*")) == PAIRS[:1]


def test_a_folder_of_one_split_may_be_one_of_tests(write):
    write("test-shards/test-1.tsv", "yes\toui\n")
    write("test-shards/test-2.tsv", "no\tnon\n")
    assert list(read_pairs("test-shards")) == PAIRS
    write("test-shards/train.tsv", "no\tnon\n")
    with pytest.raises(InputError, match="files of several splits"):
        read_pairs("test-shards/*.tsv")
    with pytest.raises(InputError, match="name of a file is empty"):
        read_pairs("")


@pytest.mark.parametrize(
    "texts",
    [
        ("yes ||| oui\n", "no ||| non\n"),
        ("# from x\nyes\toui\n" + "a\tb\n" * 9, "a bad line\n" + "no\tnon\n" * 10),
    ],
)
def test_two_tables_are_not_paired_with_each_other(texts, write):
    files = [write(f"{name}.txt", text) for name, text in zip("ab", texts, strict=True)]
    for how in (lambda: read_pairs(*files), lambda: read_files(files)):
        with pytest.raises(InputError, match=r"are tables, not|has no tab|1 columns"):
            how()


def test_two_tables_through_pipes_are_not_paired_either():
    paths, ends = [], []
    for text in (b"yes\toui\n", b"no\tnon\n"):
        reading, writing = os.pipe()
        os.write(writing, text)
        os.close(writing)
        paths.append(f"/dev/fd/{reading}")
        ends.append(reading)
    with pytest.raises(InputError, match="are tables, not parallel text"):
        read_files(paths)
    for end in ends:
        os.close(end)


def test_two_tables_of_csv_may_have_cells_of_several_lines(write):
    first, second = write("a.csv", '"yes\nsir",oui\n'), write("b.csv", "no,non\n")
    assert list(read_pairs([first, second])) == [("yes\nsir", "oui"), ("no", "non")]


def test_files_of_one_set_go_the_same_way(write):
    first = write("a.csv", "source,target\nyes,oui\n")
    second = write("b.csv", "target,source\nnon,no\n")
    options = ReadingOptions(header="yes")
    with pytest.raises(InputError, match=r"first two columns|other way round"):
        read_files([first, second], options=options)
    english = write("a.jsonl", '{"en": "yes", "fr": "oui"}\n')
    french = write("b.jsonl", '{"fr": "non", "en": "no"}\n')
    with pytest.raises(InputError, match=r"`--columns en fr`"):
        read_files([english, french])
    named = ReadingOptions(columns=["en", "fr"])
    assert list(read_files([english, french], options=named).pairs) == PAIRS


def test_old_ends_of_lines_are_named(write):
    with pytest.raises(InputError, match="carriage return alone"):
        read_pairs(write("mac.tsv", "yes\toui\rno\tnon\r"))


def test_a_folder_of_parallel_text_is_not_guessed_at(write):
    write("data/train.en", "yes\n")
    write("data/train.fr", "oui\n")
    with pytest.raises(InputError, match=r"train\.en is no table, as several files"):
        read_pairs("data")


def test_a_file_whose_name_is_a_pattern_is_that_file(write):
    assert list(read_pairs(write("a[1].tsv", "yes\toui\n"))) == PAIRS[:1]


def test_standard_input_is_read_once(monkeypatch):
    raw = io.BufferedReader(io.BytesIO(lines("\t").encode()))
    monkeypatch.setattr("sys.stdin", types.SimpleNamespace(buffer=raw))
    assert list(read_pairs("-")) == PAIRS
    with pytest.raises(InputError, match="- can be read only once"):
        read_pairs("-", stream=True)
    monkeypatch.setattr("sys.stdin", None)
    with pytest.raises(InputError, match="Standard input is closed"):
        read_pairs("-")


def test_a_pipe_is_what_the_other_files_are(write):
    table = write("a.tsv", "yes\toui\n")
    reading, writing = os.pipe()
    os.write(writing, b"no\tnon\n")
    os.close(writing)
    assert list(read_pairs([table, f"/dev/fd/{reading}"])) == PAIRS
    os.close(reading)


RECORDS = [
    ("pairs.jsonl", '{"en": "yes", "fr": "oui"}\n{"fr": "non", "en": "no"}\n'),
    ("pairs.json", '[{"en": "yes", "fr": "oui"},\n {"en": "no", "fr": "non"}]'),
    (
        "pairs.txt",
        '{"translation": {"en": "yes", "fr": "oui"}}\n'
        '{"translation": {"en": "no", "fr": "non"}}\n',
    ),
]


@pytest.mark.parametrize(("name", "text"), RECORDS)
def test_json_is_read_whatever_it_is_called(name, text, write):
    path = write(name, text)
    assert list(read_pairs(path)) == PAIRS
    swapped = [(target, source) for source, target in PAIRS]
    assert list(read_pairs(path, columns=("fr", "en"))) == swapped
    packed = write("packed", gzip.compress(text.encode()))
    assert list(read_pairs(packed, stream=True)) == PAIRS
    for idle in ({"header": "yes"}, {"comment": "#"}):
        with pytest.raises(
            InputError, match=f"is JSON, which has no {next(iter(idle))}"
        ):
            read_pairs(path, **idle)


def sgm(kind, texts):
    segments = "".join(f'<seg id="{n}">{t}</seg>\n' for n, t in enumerate(texts, 1))
    return f'<{kind} setid="t">\n<doc docid="d">\n{segments}</doc>\n</{kind}>\n'


def test_test_sets_in_sgml_are_read_side_by_side(write):
    source = write("src.sgm", sgm("srcset", ["yes &amp; no", "no"]))
    target = write("ref.sgm", sgm("refset", ["oui et non", "non"]))
    expected = [("yes & no", "oui et non"), ("no", "non")]
    assert list(read_pairs([source, target])) == expected
    assert list(read_pairs(source, target)) == expected
    with pytest.raises(InputError, match=r"ref\.sgm holds references"):
        read_pairs(target, source)
    with pytest.raises(InputError, match=r"src\.sgm holds the segments of one side"):
        read_pairs(source)
    text = write("ref.txt", "oui\nnon\n")
    with pytest.raises(InputError, match="is a test set in SGML, and another of"):
        read_pairs(source, text)


@pytest.mark.parametrize(
    ("start", "what"),
    [
        ("<!DOCTYPE html>\n<html>", "an HTML page"),
        ("1\n00:00:01,000 --> 00:00:02,000\nyes\n", "subtitles"),
        ('<?xml version="1.0"?>\n<xliff version="1.2">', "XLIFF"),
        ("<doc>\nyes\n</doc>\n", "lines of tags"),
    ],
)
def test_markup_is_named_and_not_learnt(start, what, write):
    path = write("file.txt", start)
    other = write("other.txt", "oui\n")
    for files in ([path], [path, other], [path, path]):
        with pytest.raises(InputError, match=rf"file\.txt is .*{what}"):
            read_files(files)


def test_a_translation_memory_is_a_table_of_languages(write):
    units = "".join(
        f'<tu><tuv xml:lang="en-GB"><seg>{s}</seg></tuv>'
        f'<tuv xml:lang="fr"><seg>{t}</seg></tuv></tu>'
        for s, t in PAIRS
    )
    path = write(
        "memory.tmx", f"<tmx version='1.4'><header/><body>{units}</body></tmx>"
    )
    assert list(read_pairs(path)) == PAIRS
    assert read_pairs(path, columns=("fr", "en"))[0] == ("oui", "yes")


def test_a_pronouncing_dictionary_is_known_by_its_lines(write):
    path = write("cmudict", ";;; note\nREAD  R EH1 D\nREAD(2)  R IY1 D\n")
    assert list(read_pairs(path)) == [("READ", "R EH1 D"), ("READ", "R IY1 D")]


def test_a_table_of_words_and_phones_is_a_table(write):
    path = write("words.csv", "cat,K AE1 T\ndog,D AO1 G\n")
    assert list(read_pairs(path)) == [("cat", "K AE1 T"), ("dog", "D AO1 G")]


def test_sources_come_as_soon_as_their_rows():
    reading, writing = os.pipe()
    options = ReadingOptions(columns=["1", "0"])
    sources = read_sources(f"/dev/fd/{reading}", options, given=["columns"])
    for line, source in ((b"1\tyes\n", "yes"), (b"2\tno\n", "no")):
        os.write(writing, line)
        assert next(sources) == source
    os.close(writing)
    assert list(sources) == []
    os.close(reading)


def sources_of(path, given=(), **options):
    told = []
    reading = ReadingOptions(**options)
    return list(read_sources(path, reading, given=given, say=told.append)), told


def test_sources_are_lines_or_a_column(write):
    table = write("forms.tsv", "go\tV;PST\n")
    features = {"columns": ["0", "2"], "features_column": "1"}
    texts, told = sources_of(table, **features)
    assert texts == ["V;PST\tgo"]
    assert told == [
        "forms.tsv is a table, read as in the training: source in column 0, "
        "features in column 1."
    ]
    assert sources_of(table, ["columns"], columns=["0", "0"]) == (["go"], [])
    texts, (told,) = sources_of(table)
    assert texts == ["go\tV;PST"]
    assert "line 1 has several columns" in told
    # One column is enough.
    column = write("one.csv", '"yes, sir"\nno\n')
    assert sources_of(column, ["columns"], columns=["0", "0"])[0] == ["yes, sir", "no"]
    # A comma stands in texts, whatever the training's tables had.
    text = write("text.txt", "yes, sir\n")
    assert sources_of(text, separator=",", columns=["0", "1"]) == (["yes, sir"], [])


def test_sources_of_other_formats_are_said(write):
    records = write("t.jsonl", '{"fr": "oui", "en": "yes"}\n')
    texts, (told,) = sources_of(records, ["columns"], columns=["en", "en"])
    assert (texts, told[:15]) == (["yes"], "t.jsonl is JSON")
    # Also of a pipe, which can be opened only once.
    reading, writing = os.pipe()
    os.write(writing, b'{"fr": "oui", "en": "yes"}\n')
    os.close(writing)
    texts, _ = sources_of(f"/dev/fd/{reading}", ["columns"], columns=["en", "en"])
    assert texts == ["yes"]
    os.close(reading)
    segments = write("src.sgm", sgm("srcset", ["yes &amp; no"]))
    texts, (told,) = sources_of(segments)
    assert (texts, told) == (
        ["yes & no"],
        "src.sgm is a test set in SGML: its segments are translated.",
    )
    header = write("h.tsv", "source\ttarget\nyes\toui\n")
    texts, (told,) = sources_of(header, ["columns"], columns=["0", "0"])
    assert texts == ["yes"]
    assert "first row names the columns" in told


def test_the_encoding_of_a_training_is_not_that_of_every_file(write):
    for text, encoding, is_other in (
        ("été\n", "utf-8", True),
        ("été\n", "cp1252", False),
        ("yes\n", "utf-8", False),
    ):
        path = write("text.txt", text.encode(encoding))
        check_remembered_encoding(path, "utf-8")
        if is_other:
            with pytest.raises(InputError, match=r"is UTF-8, .* were cp1252"):
                check_remembered_encoding(path, "cp1252")
        else:
            check_remembered_encoding(path, "cp1252")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32-be"])
def test_utf8_is_not_read_in_units_of_several_bytes(encoding, write):
    for text in ("yes\n", "été\n"):
        check_remembered_encoding(write("wide.txt", text.encode(encoding)), encoding)
        path = write("text.txt", text.encode("utf-8"))
        with pytest.raises(InputError, match=f"is UTF-8, .* were {encoding}"):
            check_remembered_encoding(path, encoding)


def test_lines_that_all_have_a_separator_are_a_table():
    assert is_separated(["a\tb", "", "c\t"], "\t")
    assert not is_separated(["a\tb", "c"], "\t")
    assert not is_separated(["", " "], "\t")
    assert is_separated(["a b"], " ") and not is_separated(["a "], " ")
    # Texts have commas too, but not as many in every line.
    assert is_separated(["a,b", "c,d"], ",") and not is_separated(["a,b", "c,,d"], ",")
    assert is_separated(["a\tb"] * 9 + ["c"], "\t")


@pytest.mark.parametrize(
    "content", [b"PAR1\x15\x04\x15\0", b"7z\xbc\xaf\x27\x1c\0\x04"]
)
def test_what_holds_no_text_is_told_of_standard_input_too(content, monkeypatch):
    stream = io.BufferedReader(io.BytesIO(content))
    monkeypatch.setattr("sys.stdin", types.SimpleNamespace(buffer=stream))
    with pytest.raises(InputError, match="Standard input is a"):
        read_pairs("-")


def test_a_table_may_begin_as_parquet_does(write):
    path = write("genes.tsv", "PAR1\tprotease\nPAR2\treceptor\n")
    assert list(read_pairs(path)) == [("PAR1", "protease"), ("PAR2", "receptor")]


def test_standard_input_is_one_side_of_parallel_text(write, monkeypatch):
    stream = io.BytesIO(b"yes\nno\n" * 101)
    monkeypatch.setattr("sys.stdin", types.SimpleNamespace(buffer=stream))
    for paths in ((["-", "-"],), (["-"], ["-"])):
        with pytest.raises(InputError, match="can be read only once"):
            read_files(*paths)
    write("a.fr", "oui\nnon\n" * 101)
    assert list(read_files(["-"], ["a.fr"]).pairs) == PAIRS * 101


def test_a_remembered_encoding_is_not_for_what_names_its_own(write):
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    parquet.write_table(
        pyarrow.table({"en": ["\u00e9"], "fr": ["a"]}), write("a.parquet", "")
    )
    header = '<?xml version="1.0"?><tmx version="1.4"><header/><body/></tmx>'
    for name in ("a.parquet", write("a.tmx", header + "<!-- \u00e9 -->")):
        check_remembered_encoding(name, "cp949")
    with pytest.raises(InputError, match="is UTF-8"):
        check_remembered_encoding(write("a.txt", "\u00e9\n"), "cp949")


def test_source_and_target_may_be_one_column_of_several_files(write):
    for name, text in (("a.jsonl", "yes"), ("b.jsonl", "no")):
        write(name, json.dumps({"text": text}))
    options = ReadingOptions(columns=["text", "text"])
    found = read_files(["a.jsonl", "b.jsonl"], options=options)
    assert list(found.pairs) == [("yes", "yes"), ("no", "no")]
    stream = read_files(["a.jsonl"], options=options, stream=True).pairs
    for _ in range(2):
        assert list(stream) == [("yes", "yes")]


def test_a_quote_that_does_not_close_is_told_where_it_opens(write):
    path = write("a.csv", 'a,b\n"oops,c\nd,e\nf,g\n')
    expected = r"a\.csv, row 2, of which a cell in quotes goes on to row 4: "
    with pytest.raises(InputError, match=expected):
        read_pairs(path)
    with pytest.raises(InputError, match=r"a\.csv, row 1: "):
        read_pairs(write("a.csv", 'a,"b" c\n'))


def test_a_pronouncing_dictionary_has_comments_of_its_own(write):
    path = write("a.dict", "READ  R IY1 D\nCAT  K AE1 T\n")
    with pytest.raises(InputError, match="which has no comment: leave `comment` out"):
        read_pairs(path, comment="#")


def test_a_weight_that_is_too_large_is_told_with_its_row(write):
    path = write("w.tsv", "a\tb\t1\nc\td\t1e10\n")
    with pytest.raises(InputError, match=r"w\.tsv, row 2: a weight must be"):
        read_pairs(path, weights_column=2)
