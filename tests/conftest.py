"""What the tests share."""

import contextlib
import fcntl
import gc
import os
import pathlib
import shutil
import signal

# Processes that run tests beside each other have one thread each: more of them would
# only wait for one another, which costs more than the tiny models here.
if "PYTEST_XDIST_WORKER" in os.environ:
    for _library in ("TF_NUM_INTRAOP", "TF_NUM_INTEROP", "OPENBLAS_NUM", "OMP_NUM"):
        os.environ.setdefault(f"{_library}_THREADS", "1")

import seq2seq_keras  # isort: skip  # noqa: F401  (holds back TensorFlow's notes)
import pytest
from hypothesis import HealthCheck, settings

# TensorFlow and Keras are imported where they are used: the process that only hands
# out tests to the others needs neither.

# A busy machine is not a fault: no example has to be made or to run within some time.
settings.register_profile(
    "seq2seq_keras", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("seq2seq_keras")


def pytest_configure():
    """Lets signals through that `nohup` and `&` ignore, also in child processes."""
    for number in (signal.SIGINT, getattr(signal, "SIGHUP", signal.SIGINT)):
        if signal.getsignal(number) is signal.SIG_IGN:
            is_keyboard = number is signal.SIGINT
            handler = signal.default_int_handler if is_keyboard else signal.SIG_DFL
            signal.signal(number, handler)


def pytest_collection():
    """While modules are loaded there is hardly any garbage to look for."""
    gc.disable()


def pytest_collection_finish():
    """What is loaded by now stays, so it need not be looked through for garbage."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 50)
    gc.enable()


@pytest.fixture(autouse=True)
def seeded():
    """Every test starts from the same seed, so none depends on another.

    TensorFlow would also forget what it has compiled, for the sake of operations that
    hold a seed of their own; there are none here, and a graph that several tests run
    takes a third of a second to compile.
    """
    import keras
    from tensorflow.python import pywrap_tfe

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pywrap_tfe, "TFE_ContextClearCaches", lambda context: None)
        keras.utils.set_random_seed(0)


@pytest.fixture(scope="session")
def without_graphs():
    """A context in which functions run as they stand.

    What is run a few times then takes less time than tracing it.
    """
    import tensorflow as tf

    @contextlib.contextmanager
    def run_eagerly():
        tf.config.run_functions_eagerly(True)
        try:
            yield
        finally:
            tf.config.run_functions_eagerly(False)

    return run_eagerly


@pytest.fixture
def eager(without_graphs):
    """A test within that context."""
    with without_graphs():
        yield


# Milliseconds after which a page hangs, however busy the machine.
PAGE_HANGS = 300_000


@pytest.fixture(scope="module")
def browser():
    """Chromium, started once for the tests of a file."""
    executable = shutil.which("chromium")
    if not executable:
        pytest.skip("no chromium: apt-get install chromium")
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as running:
        options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = running.chromium.launch(
            executable_path=executable, args=options, timeout=PAGE_HANGS
        )
        yield browser
        browser.close()


@pytest.fixture
def new_page(browser):
    """Opens empty pages; afterwards they are closed, and none may have complained.

    What a page may complain of a test adds to its `expected`.
    """
    complaints, expected, contexts = [], [], []

    def new_page(**options):
        context = browser.new_context(**options)
        context.set_default_timeout(PAGE_HANGS)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    new_page.expected = expected
    yield new_page
    for context in contexts:
        context.close()
    assert not [
        text for text in complaints if not any(part in text for part in expected)
    ]


@pytest.fixture
def public_data():
    """The folder of public corpora, where there is one."""
    folder = os.environ.get("SEQ2SEQ_KERAS_DATA")
    if not folder or not pathlib.Path(folder).is_dir():
        pytest.skip("SEQ2SEQ_KERAS_DATA names no folder of public corpora")
    return pathlib.Path(folder)


@pytest.fixture(scope="session")
def made_once(tmp_path_factory):
    """A function that makes a folder, unless another process of the run has done it."""
    place = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        place = place.parent  # which all of them share

    def make_once(name, make):
        folder = place / name
        with (place / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not folder.exists():
                make(folder)
        return folder

    return make_once


def train_translator(folder, **options):
    """Trains a small translator for a moment on the phrasebook."""
    import keras

    from seq2seq_keras.data import load_corpus, make_dataset
    from seq2seq_keras.models import build_model
    from seq2seq_keras.text import WordTokenizer
    from seq2seq_keras.training import compile_model
    from seq2seq_keras.translation import Translator

    keras.utils.set_random_seed(0)
    train = load_corpus("phrasebook/english-french").train[:4000]
    tokenizers = WordTokenizer.fit(train.source), WordTokenizer.fit(train.target)
    sizes = [tokenizer.vocabulary_size for tokenizer in tokenizers]
    model = build_model(*sizes, embedding_dim=32, **options)
    compile_model(model, learning_rate=1e-2)
    model.fit(make_dataset(train, *tokenizers), epochs=2, shuffle=False, verbose=0)
    Translator(model, *tokenizers, max_source_length=30, max_length=20).save(folder)


@pytest.fixture(scope="session")
def saved_translator(made_once):
    """The folder of a small translator; tests that change it work on a copy."""
    options = {"units": 64, "bidirectional": True, "feed_context": True}
    return made_once("english-french", lambda to: train_translator(to, **options))


@pytest.fixture(scope="session")
def translator(saved_translator):
    """The translator in that folder."""
    from seq2seq_keras.translation import Translator

    return Translator.load(saved_translator)


@pytest.fixture(scope="session")
def exported_translator(translator, made_once):
    """The SavedModel it is exported as; tests that change it work on a copy."""
    return made_once("serving", translator.export)


@pytest.fixture(scope="session")
def folder_to_export(made_once):
    """The folder of a translator with what graphs of other runtimes are made of."""
    options = {"units": 48, "cell": "gru", "attention": "luong"}
    return made_once("to-export", lambda to: train_translator(to, **options))


@pytest.fixture(scope="session")
def onnx_folder(folder_to_export, made_once):
    """That translator for ONNX Runtime, which starts without TensorFlow."""
    from seq2seq_keras.translation import Translator

    pytest.importorskip("tf2onnx")
    exported = Translator.load(folder_to_export)
    return made_once("onnx", lambda folder: exported.export(folder, format="onnx"))


def make_random_translator(seed, source=None, target=None):
    """One that says different things in different lengths, `a b c` in `u v w x`."""
    import numpy as np

    from seq2seq_keras.models import build_model
    from seq2seq_keras.text import SpaceTokenizer
    from seq2seq_keras.translation import Translator

    source = source or SpaceTokenizer.fit(["a b c"])
    target = target or SpaceTokenizer.fit(["u v w x"])
    sizes = (source.vocabulary_size, target.vocabulary_size)
    model = build_model(*sizes, units=8, embedding_dim=6, attention="luong")
    random = np.random.default_rng(seed)
    model.set_weights([0.8 * random.normal(size=w.shape) for w in model.get_weights()])
    kernel, bias = model.get_layer("logits").get_weights()
    bias[1] -= 9  # no unknown words
    bias[3] += 0.5
    model.get_layer("logits").set_weights([kernel, bias])
    return Translator(model, source, target, max_length=5)


@pytest.fixture(scope="session")
def random_translator():
    """A function that makes a translator with random weights in a moment."""
    return make_random_translator
