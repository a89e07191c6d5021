"""Tests of seq2seq_keras.data.corpora, with a server on this machine."""

import gzip
import io
import zipfile

import pytest

from seq2seq_keras.data import (
    Pairs,
    load_corpus,
    split_pairs,
)
from seq2seq_keras.errors import InputError

CREDIT = "CC-BY 2.0 (France) Attribution: tatoeba.org #1 (CK) & #2 (x)"
ENGLISH = [f"Sentence {n}." for n in range(100)]
FRENCH = [f"Phrase\u202f{n} !" for n in range(100)]


@pytest.fixture(autouse=True)
def hosts(server, cache, monkeypatch):
    """The hosts are folders of the server on this machine."""
    for name in ("MULTI30K", "SIGMORPHON", "INFLECTION", "TATOEBA"):
        url = f"{server.url}/{name.lower()}"
        monkeypatch.setattr(f"seq2seq_keras.data.corpora._{name}", url)
    # What it has is not what was published.
    monkeypatch.setattr("seq2seq_keras.data.corpora._checksums", dict)


def zipped(**members):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(name.replace("_", "."), text)
    return buffer.getvalue()


def tatoeba_text():
    lines = map("\t".join, zip(ENGLISH, FRENCH, [CREDIT] * 100, strict=True))
    return "\n".join(lines) + "\n"


def test_tatoeba_is_read_from_the_archive_and_split(server, cache):
    server.files["/tatoeba/fra-eng.zip"] = zipped(
        _about_txt="Read me.", fra_txt=tatoeba_text()
    )
    parts = load_corpus("tatoeba/eng-fra", seed=3)
    assert parts == split_pairs(Pairs(ENGLISH, FRENCH), seed=3)
    assert (cache / "tatoeba" / "fra-eng.zip").is_file()
    assert load_corpus("tatoeba/eng-fra", seed=3) == parts
    assert server.requests == ["/tatoeba/fra-eng.zip"]


def test_tatoeba_the_other_way_round_is_split_by_its_own_sources(server):
    server.files["/tatoeba/fra-eng.zip"] = zipped(fra_txt=tatoeba_text())
    parts = load_corpus("tatoeba/fra-eng", seed=0)
    assert parts == split_pairs(Pairs(FRENCH, ENGLISH), seed=0)


def test_a_table_of_the_user_comes_before_the_archive(server, tmp_path, monkeypatch):
    path = tmp_path / "mine" / "tatoeba" / "eng-kor.tsv"
    path.parent.mkdir(parents=True)
    path.write_text(
        "".join(f"{s}\t{t}\n" for s, t in zip(ENGLISH, FRENCH, strict=True)),
        encoding="utf-8",
    )
    monkeypatch.setenv("SEQ2SEQ_KERAS_DATA", str(tmp_path / "mine"))
    parts = load_corpus("tatoeba/eng-kor", seed=0)
    assert parts == split_pairs(Pairs(ENGLISH, FRENCH), seed=0)
    assert server.requests == []


def damaged_in_the_middle():
    content = bytearray(zipped(fra_txt=tatoeba_text()))
    content[60:70] = b"\xff" * 10
    return bytes(content)


@pytest.mark.parametrize(
    "content",
    [
        b"<html>Too many requests</html>",
        zipped(fra_txt=tatoeba_text())[:-30],
        damaged_in_the_middle(),
        zipped(deu_txt="Run!\tLauf!\n"),
    ],
    ids=["no archive", "cut", "damaged", "without the file"],
)
def test_a_damaged_archive_is_named(content, server, cache):
    server.files["/tatoeba/fra-eng.zip"] = content
    message = r"cache/seq2seq_keras/tatoeba/fra-eng\.zip is damaged .*Delete it"
    with pytest.raises(InputError, match=message):
        load_corpus("tatoeba/eng-fra", seed=0)


def test_a_bad_line_in_the_archive_names_the_file_in_it(server):
    server.files["/tatoeba/fra-eng.zip"] = zipped(fra_txt=b"Go.\tVa !\n\xff\n")
    with pytest.raises(InputError, match=r"fra-eng\.zip/fra\.txt, line 2: byte 1"):
        load_corpus("tatoeba/eng-fra", seed=0)


def test_multi30k_is_fetched_unpacked_and_parallel(server):
    for part in ("train", "val", "test_2016_flickr"):
        for language in ("en", "de"):
            server.files[f"/multi30k/raw/{part}.{language}.gz"] = gzip.compress(
                f"A {part} {language}.\nB.\n".encode()
            )
    train, validation, test = load_corpus("multi30k/de-en")
    assert list(train) == [("A train de.", "A train en."), ("B.", "B.")]
    assert validation[0] == ("A val de.", "A val en.")
    assert test[0] == ("A test_2016_flickr de.", "A test_2016_flickr en.")


def test_the_tokenized_edition_of_multi30k_has_files_of_its_own(server, cache):
    for part in ("train", "val", "test_2016_flickr"):
        for language in ("en", "de"):
            name = f"{part}.lc.norm.tok.{language}"
            server.files[f"/multi30k/tok/{name}"] = f"a {part} {language} .\n".encode()
    train, _, test = load_corpus("multi30k-tok/en-de")
    assert list(train) == [("a train en .", "a train de .")]
    assert list(test) == [("a test_2016_flickr en .", "a test_2016_flickr de .")]
    assert (cache / "multi30k" / "val.lc.norm.tok.de").is_file()


@pytest.mark.parametrize(
    ("language", "size"), [("eng_us", "high"), ("kor", "medium"), ("ice", "low")]
)
def test_sigmorphon_is_fetched_from_the_folder_of_its_size(language, size, server):
    for part in ("train", "dev", "test"):
        text = f"{part}\tp a t\nnull\tn a\n"
        path = f"/sigmorphon/{size}/{language}_{part}.tsv"
        server.files[path] = text.encode()
    parts = load_corpus(f"sigmorphon2021/{language}")
    for part, name in zip(parts, ("train", "dev", "test"), strict=True):
        assert list(part) == [(name, "p a t"), ("null", "n a")]


def test_forms_of_sigmorphon_are_read_from_three_columns(server):
    for part in ("trn", "dev", "tst"):
        text = f"go\tV;PST\t{part}\nnull\tN\tna\n"
        server.files[f"/inflection/klr.{part}"] = text.encode()
    parts = load_corpus("sigmorphon2023/klr")
    for part, name in zip(parts, ("trn", "dev", "tst"), strict=True):
        assert list(part) == [("V;PST\tgo", name), ("N\tnull", "na")]


def test_a_part_the_host_lacks_is_named(server):
    server.files["/sigmorphon/low/ice_train.tsv"] = b"a\tb\n"
    with pytest.raises(InputError, match=r"sigmorphon2021/ice_dev\.tsv could not be"):
        load_corpus("sigmorphon2021/ice")
