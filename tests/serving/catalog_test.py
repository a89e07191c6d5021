"""Tests of models with versions: what takes over, what is refused, what stays."""

import gc
import os
import pathlib
import pkgutil
import shutil
import threading
import time
import weakref

import pytest

from seq2seq_keras.errors import InputError
from seq2seq_keras.serving import Catalog, RequestError, ServingOptions
from seq2seq_keras.translation import Translator


@pytest.fixture
def told():
    return []


class Loaded:
    """A translator that was loaded, and not traced."""

    def __init__(self, folder, option_sets):
        self.translator = Translator.load(folder)

    def warm_up(self, batch_size):
        pass


@pytest.fixture
def catalog_of(told, monkeypatch):
    """A function that makes the catalog of a folder, and has it load."""
    made = []
    place = "seq2seq_keras.serving.catalog.ServedTranslator"
    monkeypatch.setattr(place, Loaded)

    def make(*folders, **options):
        catalog = Catalog(folders, ServingOptions(max_batch_size=2, **options), note)
        made.append(catalog)
        catalog.load()
        return catalog

    def note(**fields):
        told.append(fields)

    yield make
    for catalog in made:
        catalog.close(60)


@pytest.fixture
def versions(tmp_path, attentive_folder):
    """A folder of versions, and a function that adds one."""

    def add(number):
        shutil.copytree(attentive_folder, tmp_path / "models" / str(number))
        return tmp_path / "models" / str(number)

    add(1)
    return tmp_path / "models", add


def look(catalog):
    """As the thread does that looks for new versions."""
    for model in catalog.models.values():
        catalog.look(model)


def numbers(catalog, name="models"):
    return [version.number for version in catalog.models[name].available()]


def test_a_higher_number_takes_over_and_a_broken_one_does_not(
    catalog_of, versions, told
):
    folder, add = versions
    catalog = catalog_of(folder)
    (folder / "notes").mkdir()
    assert numbers(catalog) == [1]
    model = add(2) / "model.keras"
    whole = model.read_bytes()
    model.write_bytes(whole[:-100])
    look(catalog)
    assert numbers(catalog) == [1]
    assert catalog.find("models")[1].number == 1
    assert told[-1]["event"] == "refused"
    assert "model.keras is damaged" in told[-1]["error"]
    refused = len(told)
    look(catalog)  # it is not tried again as long as it is the same
    assert len(told) == refused
    model.write_bytes(whole)
    look(catalog)
    assert numbers(catalog) == [2, 1]
    assert catalog.find("models")[1].number == 2


def test_a_broken_version_takes_no_other_ones_place(catalog_of, versions):
    folder, add = versions
    (add(2) / "model.keras").write_bytes(b"damaged")
    catalog = catalog_of(folder, keep_versions=1)
    assert numbers(catalog) == [1]
    assert catalog.models["models"].versions[2].error


def test_old_versions_are_dropped_but_for_those_with_a_label(catalog_of, versions):
    folder, add = versions
    catalog = catalog_of(folder, keep_versions=1, labels=["stable=1"])
    add(3)
    look(catalog)
    add(4)
    look(catalog)
    assert numbers(catalog) == [4, 1]
    assert catalog.find("models", label="stable")[1].number == 1
    with pytest.raises(RequestError, match="Specific"):
        catalog.find("models", 3)


def test_a_version_is_a_number_of_64_bits_and_has_one_folder(
    catalog_of, versions, told
):
    folder, add = versions
    for name in ("01", "0002", "9223372036854775808", "²"):
        add(name)
    catalog = catalog_of(folder)
    assert numbers(catalog) == [2, 1]
    add(9223372036854775807)
    look(catalog)
    assert numbers(catalog) == [9223372036854775807, 2]
    ignored = [each["folder"] for each in told if each["event"] == "ignored"]
    assert ignored == ["01", "9223372036854775808"]  # each is told once


def test_a_version_that_is_unloaded_leaves_the_memory(catalog_of, versions):
    """Once the last request that has it is over; what stays is frozen then."""
    folder, add = versions
    catalog = catalog_of(folder, keep_versions=1, timeout_seconds=0.001)
    version = catalog.find("models")[1]
    served = weakref.ref(version.served)
    add(2)
    look(catalog)
    assert numbers(catalog) == [2]
    assert gc.get_freeze_count() == 0
    del version
    until = time.monotonic() + 60
    while gc.get_freeze_count() == 0 and time.monotonic() < until:
        look(catalog)
    assert served() is None
    assert gc.get_freeze_count() > 0


def test_a_version_that_is_removed_ends_where_another_one_answers(
    catalog_of, versions, told
):
    folder, add = versions
    add(2)
    catalog = catalog_of(folder)
    assert numbers(catalog) == [2, 1]
    shutil.rmtree(folder / "2")
    look(catalog)
    assert numbers(catalog) == [1]
    assert told[-1] == {"event": "unloaded", "model": "models", "version": 2}


def test_where_only_one_version_is_kept_the_one_before_comes_back(catalog_of, versions):
    folder, add = versions
    add(2)
    catalog = catalog_of(folder, keep_versions=1)
    shutil.rmtree(folder / "2")
    look(catalog)
    assert numbers(catalog) == [1]


@pytest.mark.parametrize("spelled", ["absolute", "relative", "link"])
def test_clients_are_not_told_where_a_broken_version_lies(
    catalog_of, versions, told, monkeypatch, tmp_path, spelled
):
    folder, add = versions
    catalog = catalog_of(_spelled(folder, spelled, tmp_path, monkeypatch), name=["m"])
    (add(2) / "model.keras").write_bytes(b"damaged")
    look(catalog)
    error = catalog.models["m"].versions[2].error
    assert "2/model.keras is damaged" in error
    assert str(tmp_path) not in error
    assert f"{os.sep}2{os.sep}model.keras is damaged" in told[-1]["error"]


def test_nor_where_a_version_that_is_a_link_leads(catalog_of, versions, tmp_path):
    folder, add = versions
    catalog = catalog_of(folder, name=["m"])
    (add(2) / "model.keras").write_bytes(b"damaged")
    (folder / "2").rename(tmp_path / "elsewhere")
    (folder / "2").symlink_to(tmp_path / "elsewhere")
    look(catalog)
    error = catalog.models["m"].versions[2].error
    assert "model.keras is damaged" in error
    assert str(tmp_path) not in error


def _spelled(folder, spelled, tmp_path, monkeypatch):
    if spelled == "relative":
        monkeypatch.chdir(tmp_path)
        return folder.name
    if spelled == "link":
        (tmp_path / "link").symlink_to(folder)
        return tmp_path / "link"
    return folder


def test_a_folder_that_goes_leaves_the_version_that_answers(catalog_of, versions):
    folder, _ = versions
    catalog = catalog_of(folder)
    shutil.rmtree(folder / "1")
    look(catalog)
    assert numbers(catalog) == [1]


def test_a_folder_that_vanishes_while_it_is_looked_through_is_no_fault(
    catalog_of, versions, monkeypatch
):
    folder, add = versions
    catalog = catalog_of(folder)
    (add(2) / "model.keras").write_bytes(b"damaged")
    look(catalog)

    def walk(path, pattern):
        yield path / "config.json"
        raise FileNotFoundError(path / "gone")

    monkeypatch.setattr(pathlib.Path, "rglob", walk)
    look(catalog)
    assert numbers(catalog) == [1]


def test_a_look_that_fails_is_told_and_is_not_the_last_one(
    catalog_of, versions, told, monkeypatch
):
    folder, add = versions
    catalog = catalog_of(folder, poll_seconds=0.01)
    add(2)
    place = "seq2seq_keras.serving.catalog.marks_of"
    marks_of = pkgutil.resolve_name(place)
    failures = [KeyError("strange")]

    def marks_or_failure(folder):
        if failures:
            raise failures.pop()
        return marks_of(folder)

    monkeypatch.setattr(place, marks_or_failure)
    loaded, note = threading.Event(), catalog.log

    def noted(**fields):
        note(**fields)
        if fields["event"] == "loaded":
            loaded.set()

    catalog.log = noted
    watching = threading.Thread(target=catalog.watch, daemon=True)
    watching.start()
    assert loaded.wait(60)
    catalog.close(60)
    watching.join(60)
    assert numbers(catalog) == [2, 1]
    (failed,) = [fields for fields in told if fields["event"] == "look failed"]
    assert failed["model"] == "models"
    assert failed["error"] == "KeyError: 'strange'"


def test_a_name_is_needed_where_there_are_several_models(catalog_of, versions):
    folder, _ = versions
    catalog = catalog_of(folder, folder / "1", name=["all", "first"])
    assert catalog.find("first")[0].name == "first"
    with pytest.raises(RequestError, match="one of all, first"):
        catalog.find(None)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"name": ["a", "b"]}, "1 models and 2 names"),
        ({"name": ["../x"]}, "begins with a letter"),
        ({"labels": ["stable"]}, "LABEL=VERSION"),
        ({"labels": ["other/stable=1"]}, "there is no such model"),
        ({"certificate": "x"}, "both a `certificate` and its `key`"),
    ],
)
def test_what_does_not_fit_is_refused(catalog_of, versions, options, message):
    with pytest.raises(InputError, match=message):
        catalog_of(versions[0], **options)


def test_a_folder_without_a_model_is_refused(catalog_of, tmp_path):
    with pytest.raises(InputError, match="holds no model"):
        catalog_of(tmp_path)
    with pytest.raises(InputError, match="holds no model"):
        catalog_of(pathlib.Path("/nowhere"))
