"""What the tests of the server share: small models, and one server of them."""

import pytest
from running_server import make_translator, started

from seq2seq_keras.translation import Translator


@pytest.fixture(scope="session")
def attentive_folder(made_once):
    """The folder of a translator with attention, which searches with a beam."""
    return made_once(
        "attentive", lambda to: make_translator(1, beam_width=3, n_best=3).save(to)
    )


@pytest.fixture(scope="session")
def attentive(attentive_folder):
    return Translator.load(attentive_folder)


@pytest.fixture(scope="session")
def exported(attentive, made_once):
    """The SavedModel of it."""
    return made_once("exported", attentive.export)


@pytest.fixture(scope="session")
def server(attentive_folder, exported, tmp_path_factory):
    """A server of the translator, `attentive`, and of its SavedModel, `exported`."""
    log = tmp_path_factory.mktemp("log") / "access.jsonl"
    limits = ("--max-texts", "600", "--max-characters", "300")
    labels = ("--labels", "attentive/stable=1")
    models = (attentive_folder, exported)
    with started(*models, *limits, *labels, "--access-log", log) as running:
        running.log = log
        yield running.wait()


@pytest.fixture(scope="session")
def client(server):
    with server.client() as client:
        yield client
