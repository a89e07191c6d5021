"""Tests of seq2seq_keras.data.corpora, with a server on this machine."""

import gzip
import pathlib
import zipfile

import pytest

from seq2seq_keras.data import (
    corpus_names,
    fetch_corpus_file,
    find_corpus_file,
    load_corpus,
)
from seq2seq_keras.errors import InputError


def files_below(folder):
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


@pytest.fixture
def user_folder(tmp_path, monkeypatch):
    folder = tmp_path / "mine"
    folder.mkdir()
    monkeypatch.setenv("SEQ2SEQ_KERAS_DATA", str(folder))
    return folder


def test_a_file_is_fetched_into_the_cache(server, cache, capsys):
    server.files["/data/train.en"] = b"one\r\ntwo\n" * 100_000
    path = fetch_corpus_file("corpus/train.en", f"{server.url}/data/train.en")
    assert path == cache / "corpus" / "train.en"
    assert path.read_bytes() == server.files["/data/train.en"]
    host = server.url.removeprefix("http://")
    assert capsys.readouterr().err == f"Fetching corpus/train.en from {host}\n"


def test_what_is_in_the_cache_is_not_fetched_again(server, cache, capsys):
    server.files["/a"] = b"first"
    first = fetch_corpus_file("a", f"{server.url}/a")
    server.files["/a"] = b"second"
    capsys.readouterr()
    assert fetch_corpus_file("a", f"{server.url}/a") == first
    assert first.read_bytes() == b"first"
    assert server.requests == ["/a"]
    assert capsys.readouterr().out == ""


def test_a_packed_file_is_unpacked(server, cache):
    server.files["/train.en.gz"] = gzip.compress(b"one\ntwo\n")
    path = fetch_corpus_file("train.en", f"{server.url}/train.en.gz")
    assert path.read_bytes() == b"one\ntwo\n"
    packed = fetch_corpus_file("train.en.gz", f"{server.url}/train.en.gz")
    assert packed.read_bytes() == server.files["/train.en.gz"]


def test_the_folder_of_the_user_comes_before_the_cache(server, cache, user_folder):
    for folder in (cache, user_folder):
        (folder / "corpus").mkdir(parents=True)
        (folder / "corpus" / "a").write_text("mine", encoding="utf-8")
    assert find_corpus_file("corpus/a") == user_folder / "corpus" / "a"
    assert fetch_corpus_file("corpus/a", f"{server.url}/a") == user_folder / "corpus/a"
    (user_folder / "corpus" / "a").unlink()
    assert fetch_corpus_file("corpus/a", f"{server.url}/a") == cache / "corpus" / "a"
    assert server.requests == []


def test_what_the_user_lacks_goes_to_the_cache(server, cache, user_folder):
    server.files["/a"] = b"text"
    assert fetch_corpus_file("a", f"{server.url}/a") == cache / "a"
    assert files_below(user_folder) == []


def test_what_is_nowhere_is_not_found(cache, user_folder):
    (user_folder / "folder").mkdir()
    assert find_corpus_file("folder") is None
    assert find_corpus_file("none") is None


def test_the_cache_is_below_the_home_folder_by_default(tmp_path, monkeypatch):
    monkeypatch.delenv("SEQ2SEQ_KERAS_DATA", raising=False)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(pathlib.Path, "home", lambda: tmp_path)
    path = tmp_path / ".cache" / "seq2seq_keras" / "a"
    path.parent.mkdir(parents=True)
    path.touch()
    assert find_corpus_file("a") == path


def test_a_file_the_host_lacks_is_an_error_and_leaves_nothing(server, cache):
    with pytest.raises(InputError, match=r"corpus/a could not be .*HTTP Error 404"):
        fetch_corpus_file("corpus/a", f"{server.url}/a")
    assert files_below(cache) == []


def test_a_host_that_does_not_answer_is_an_error_and_leaves_nothing(server, cache):
    server.close()
    with pytest.raises(InputError, match=r"a could not be .*SEQ2SEQ_KERAS_DATA"):
        fetch_corpus_file("a", f"{server.url}/a")
    assert files_below(cache) == []


@pytest.mark.parametrize("name", ["a", "a.gz"])
def test_a_broken_off_download_is_an_error_and_leaves_nothing(name, server, cache):
    server.files[f"/{name}"] = b"x" * 1000
    server.missing_bytes = 10
    with pytest.raises(InputError, match="the last 10 bytes are missing"):
        fetch_corpus_file(name, f"{server.url}/{name}")
    assert files_below(cache) == []
    server.missing_bytes = 0
    assert fetch_corpus_file(name, f"{server.url}/{name}").read_bytes() == b"x" * 1000


def test_a_download_in_chunks_may_break_off_too(server, cache):
    server.files["/a"] = b"x" * 1000
    server.in_chunks = True
    server.missing_bytes = 10
    with pytest.raises(InputError, match="a could not be fetched"):
        fetch_corpus_file("a", f"{server.url}/a")
    assert files_below(cache) == []


PACKED = gzip.compress(bytes(range(256)) * 40)


@pytest.mark.parametrize(
    "content",
    [b"<html>", PACKED[:-20], PACKED[:12] + b"\xff\xff\xff\xff" + PACKED[16:]],
    ids=["no gzip", "cut", "damaged"],
)
def test_a_damaged_packed_file_is_an_error_and_leaves_nothing(content, server, cache):
    server.files["/a.gz"] = content
    with pytest.raises(InputError, match="a could not be fetched"):
        fetch_corpus_file("a", f"{server.url}/a.gz")
    assert files_below(cache) == []


def test_a_file_that_is_not_the_published_one_is_an_error_and_leaves_nothing(
    server, cache
):
    server.files["/val.en.gz"] = gzip.compress(b"another text\n")
    with pytest.raises(InputError, match="its SHA-256 is not that of the published"):
        fetch_corpus_file("multi30k/val.en", f"{server.url}/val.en.gz")
    assert files_below(cache) == []


def test_the_published_file_is_taken(public_data, server, cache):
    published = (public_data / "multi30k" / "val.en").read_bytes()
    server.files["/val.en.gz"] = gzip.compress(published)
    path = fetch_corpus_file("multi30k/val.en", f"{server.url}/val.en.gz")
    assert path.read_bytes() == published


def test_every_file_of_the_corpora_that_do_not_change_has_a_checksum(monkeypatch):
    asked = []
    table = pathlib.Path(__file__).parents[2] / "seq2seq_keras/data/corpora.sha256"
    names = {line.split()[1] for line in table.read_text().splitlines()}
    assert len(names) == 2 * 2 * 3 + 21 * 3 + 27 * 3
    monkeypatch.setattr(
        "seq2seq_keras.data.corpora.fetch_corpus_file",
        lambda name, url: asked.append(name),
    )
    monkeypatch.setattr("seq2seq_keras.data.corpora.read_pairs", lambda *_, **__: None)
    for name in corpus_names():
        if name.startswith(("multi30k", "sigmorphon")):
            load_corpus(name)
    assert set(asked) == names


@pytest.mark.parametrize("name", ["a", "a.gz"])
def test_a_download_without_end_is_an_error_and_leaves_nothing(
    name, server, cache, monkeypatch
):
    monkeypatch.setattr("seq2seq_keras.data.corpora._LARGEST", 1_000_000)
    content = bytes(2_000_000)
    server.files[f"/{name}"] = content if name == "a" else gzip.compress(content)
    with pytest.raises(InputError, match="it is larger than 1,000,000 bytes"):
        fetch_corpus_file("a", f"{server.url}/{name}")
    assert files_below(cache) == []


def test_an_archive_that_unpacks_to_too_much_is_not_unpacked(cache, monkeypatch):
    monkeypatch.setattr("seq2seq_keras.data.corpora._LARGEST", 1_000_000)
    (cache / "tatoeba").mkdir(parents=True)
    with zipfile.ZipFile(cache / "tatoeba" / "fra-eng.zip", "w") as archive:
        archive.writestr("fra.txt", bytes(2_000_000), zipfile.ZIP_DEFLATED)
    with pytest.raises(InputError, match=r"damaged \(fra\.txt has 2,000,000 bytes"):
        load_corpus("tatoeba/eng-fra")
