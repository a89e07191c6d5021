"""Saved folders that somebody altered and signed: refused before Keras builds them."""

import io
import json
import os
import pathlib
import re
import zipfile

import pytest

from seq2seq_keras.errors import InputError
from seq2seq_keras.text import Tokenizer
from seq2seq_keras.translation import Translator

JSON_FILES = ("config.json", "scores.json", "source_tokenizer.json")
FILES = (*JSON_FILES, "target_tokenizer.json", "model.keras")


def touch(config):
    """Nothing, so that only the sums are made anew."""


def test_what_is_signed_anew_loads(folder):
    folder.alter_model(touch)
    with pytest.warns(UserWarning, match=r"config\.json is not as it was saved"):
        Translator.load(folder.path)


@pytest.mark.usefixtures("never_built")
@pytest.mark.parametrize("name", FILES)
class TestWhatIsNoFile:
    """Something else has the name of a file of the folder."""

    def test_a_pipe_is_refused_without_waiting_for_its_writer(self, folder, name):
        (folder.path / name).unlink()
        os.mkfifo(folder.path / name)
        folder.refuse(f"{name} is a pipe or a device")

    def test_a_device_is_refused(self, folder, name):
        (folder.path / name).unlink()
        (folder.path / name).symlink_to("/dev/zero")
        folder.refuse(f"{name} is a link to a file outside of its folder")

    def test_a_folder_is_refused(self, folder, name):
        (folder.path / name).unlink()
        (folder.path / name).mkdir()
        folder.refuse(f"{name} is a folder")

    def test_a_link_out_of_the_folder_is_refused(self, folder, name):
        outside = folder.path.parent / "outside"
        (folder.path / name).replace(outside)
        (folder.path / name).symlink_to(outside)
        folder.refuse(f"{name} is a link to a file outside of its folder")

    def test_links_in_a_circle_are_refused(self, folder, name):
        (folder.path / name).unlink()
        (folder.path / name).symlink_to(name)
        folder.refuse(f"{name} cannot be read")

    def test_a_file_of_a_terabyte_is_refused_unread(self, folder, name):
        with (folder.path / name).open("r+b") as file:
            file.truncate(2**40)
        folder.refuse(rf"{name} has 1,099,511,627,776 bytes")


def test_a_link_within_the_folder_is_followed(folder):
    (folder.path / "scores.json").rename(folder.path / "mine.json")
    (folder.path / "scores.json").symlink_to("mine.json")
    assert Translator.load(folder.path).scores == {"bleu": 1.0}


@pytest.mark.usefixtures("never_built")
@pytest.mark.parametrize("name", JSON_FILES)
@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is damaged"),
        (b"\xff\xfe{}", "is damaged"),
        (b"[" * 100_000, r"is damaged \(nested too deeply"),
        (b'{"a":' * 100_000, r"is damaged \(nested too deeply"),
        (b"[" * 100 + b"]" * 100, r"is damaged \(nested more than 64 deep"),
        (b'{"a": 1, "a": 2}', r"is damaged \(a key stands twice"),
        (b'{"a": NaN}', r"is damaged \(the number NaN is not finite"),
        (b'{"a": 1e999}', r"is damaged \(the number 1e999 is not finite"),
        (b'{"a": ' + b"9" * 5000 + b"}", "is damaged"),
        (b'{"a": "\\ud800"}', "is damaged"),
        (b"[]", "is damaged"),
        (b"null", "is damaged"),
        (b'"' + b"a" * 2**25 + b'"', "more than such a file can have"),
    ],
    ids=lambda value: str(value)[:24],
)
def test_json_that_is_none_is_refused(folder, name, content, message):
    (folder.path / name).write_bytes(content)
    if name == "source_tokenizer.json" and len(content) < 2**25:
        folder.sign()
    folder.refuse(f"{re.escape(name)}.*{message}")


@pytest.mark.usefixtures("never_built")
@pytest.mark.parametrize(
    "change",
    [
        {"versions": ["keras"]},
        {"versions": "3.15"},
        {"description": ["text"]},
        {"description": None},
        {"format": [3]},
        {"format": "3"},
        {"sha256": {"model.keras": 3}},
        {"decoding": []},
    ],
    ids=str,
)
def test_fields_of_the_wrong_type_are_refused(folder, change):
    folder.alter_json("config.json", lambda config: config.update(change))
    folder.refuse(r"config\.json is damaged or not a configuration")


@pytest.mark.usefixtures("never_built")
@pytest.mark.parametrize(
    "change",
    [
        {"max_source_length": 0},
        {"max_source_length": -5},
        {"max_source_length": True},
        {"max_source_length": 10**6},
        {"max_length": "5"},
        {"beam_width": 2.5},
        {"sample": 1.5},
        {"length_normalization": ["average"]},
        {"top_p": {}},
    ],
    ids=str,
)
def test_search_options_that_cannot_be_are_refused(folder, change):
    folder.alter_json("config.json", lambda config: config["decoding"].update(change))
    folder.refuse(r"config\.json is damaged or not a configuration")


@pytest.mark.filterwarnings("ignore:.*not as it was saved")
@pytest.mark.parametrize(
    ("option", "then"), [("distinct_texts", False), ("decision", "map"), ("top_p", 1.0)]
)
def test_a_translator_does_what_it_did_before_there_was_an_option(folder, option, then):
    def forget(config):
        del config["decoding"][option]

    folder.alter_json("config.json", forget)
    assert getattr(Translator.load(folder.path).search, option) == then


def test_a_search_option_that_was_edited_by_hand_is_said_and_can_be_signed(folder):
    def edit(config):
        config["decoding"]["length_penalty"] = 0.5

    folder.alter_json("config.json", edit)
    with pytest.warns(UserWarning, match="signs it anew"):
        loaded = Translator.load(folder.path)
    assert loaded.search.length_penalty == 0.5
    loaded.save(folder.path)
    assert Translator.load(folder.path).search.length_penalty == 0.5


def test_a_configuration_that_is_only_laid_out_anew_is_not_warned_of(folder):
    path = folder.path / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()), indent=7, sort_keys=True))
    Translator.load(folder.path)


@pytest.mark.usefixtures("never_built")
@pytest.mark.parametrize(
    "change",
    [
        {"lowercase": "no"},
        {"lowercase": None},
        {"unicode_form": ["NFC"]},
        {"unicode_form": "NFX"},
        {"vocabulary": "abcdefgh"},
        {"vocabulary": [1, 2]},
        {"vocabulary": {"a": 1}},
        {"vocabulary": ["a", "a"]},
        {"vocabulary": ["a", None]},
        {"special_tokens": ["<pad>"]},
        {"special_tokens": {"pad": 1}},
        {"special_tokens": {"padding": "<pad>"}},
        {"class_name": ["WordTokenizer"]},
        {"class_name": "Popen"},
        {"class_name": "Tokenizer"},
        {"unknown": 1},
    ],
    ids=str,
)
def test_fields_of_a_tokenizer_of_the_wrong_type_are_refused(folder, change):
    folder.alter_json("source_tokenizer.json", lambda config: config.update(change))
    folder.refuse(r"source_tokenizer\.json")


def test_a_tokenizer_alone_is_read_within_the_same_bounds(tmp_path):
    path = tmp_path / "tokenizer.json"
    os.mkfifo(path)
    with pytest.raises(InputError, match="is a pipe or a device"):
        Tokenizer.load(path)
    path.unlink()
    path.write_bytes(b"[" * 100_000)
    with pytest.raises(InputError, match="nested too deeply"):
        Tokenizer.load(path)


@pytest.mark.usefixtures("never_built")
class TestArchives:
    """The archive of the model, before anyone looks at what it says."""

    def write(self, folder, content):
        (folder.path / "model.keras").write_bytes(content)
        folder.sign()

    @pytest.mark.parametrize("content", [b"", b"PK\3\4", b"text" * 100, b"PK\5\6"])
    def test_what_is_no_archive_is_refused(self, folder, content):
        self.write(folder, content)
        folder.refuse(r"model\.keras is no archive")

    @pytest.mark.parametrize("share", [0.01, 0.5, 0.9, 0.999])
    def test_one_that_is_cut_short_is_refused(self, folder, share):
        content = (folder.path / "model.keras").read_bytes()
        self.write(folder, content[: int(len(content) * share)])
        folder.refuse(r"model\.keras")

    @pytest.mark.parametrize("name", ["config.json", "model.weights.h5"])
    def test_a_member_that_is_missing_is_named(self, folder, name):
        folder.alter_members(lambda members: members.pop(name))
        folder.refuse(f"it holds no {name}")

    @pytest.mark.filterwarnings("ignore:Duplicate name")
    def test_two_of_one_name_are_refused(self, folder):
        with zipfile.ZipFile(folder.path / "model.keras", "a") as archive:
            archive.writestr("config.json", "{}")
        folder.sign()
        folder.refuse("two files of one name")

    def test_a_bomb_is_refused_unopened(self, folder):
        def grow(members):
            members["model.weights.h5"] = bytes(2**28)

        folder.alter_members(grow, pack=zipfile.ZIP_DEFLATED)
        assert (folder.path / "model.keras").stat().st_size < 2**20
        folder.refuse("its files are packed")

    def test_a_changed_byte_within_a_member_is_found(self, folder):
        content = bytearray((folder.path / "model.keras").read_bytes())
        content[content.index(b'"units"') + 1] = 0
        self.write(folder, bytes(content))
        folder.refuse(r"model\.keras is damaged: config\.json in it")


def test_every_file_is_opened_once(folder, monkeypatch):
    """So a save that runs meanwhile cannot mix two translators."""
    opened = []
    true_open = os.open

    def spy(path, *arguments, **options):
        opened.append(pathlib.Path(path).name)
        return true_open(path, *arguments, **options)

    monkeypatch.setattr(os, "open", spy)

    def plain_open(file, *arguments, **options):
        opened.extend([] if isinstance(file, int) else [pathlib.Path(file).name])
        return true_plain_open(file, *arguments, **options)

    true_plain_open = io.open
    monkeypatch.setattr("builtins.open", plain_open)
    monkeypatch.setattr(io, "open", plain_open)
    Translator.load(folder.path)
    assert sorted(name for name in opened if name in FILES) == sorted(FILES)


def test_names_in_the_card_are_shown_and_not_obeyed(saved_small, tmp_path):
    folder = tmp_path / 'a"); import os\n```\n<b>'
    translator = Translator.load(saved_small)
    translator.scores = {"a|b\nc": "<i>"}
    card = (translator.save(folder) / "README.md").read_text(encoding="utf-8")
    assert card.startswith('# a"); import os \\`\\`\\` \\<b\\>\n')
    assert 'Translator.load("path/to/the-folder")' in card
    assert "translate path/to/the-folder --input" in card
    assert "| a\\|b c | \\<i\\> |" in card
    assert not re.search(r"(?<!\\)<", card)
