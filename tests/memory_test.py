"""What the memory cannot hold is refused before it is tried."""

import pathlib
import sys

import pytest

from seq2seq_keras import InputError, memory
from seq2seq_keras.cli import main
from seq2seq_keras.memory import check_memory, free_memory
from seq2seq_keras.models import ModelOptions, build_model
from seq2seq_keras.training import TrainingConfig, train
from seq2seq_keras.translation import Translator
from seq2seq_keras.vectors import fasttext, glove, word2vec

TEXTS = ["the cat eats fish", "the dog eats meat"] * 3


@pytest.fixture
def with_free(monkeypatch):
    """Makes the machine one with so many bytes free."""

    def pretend(count):
        monkeypatch.setattr(memory, "free_memory", lambda: count)

    return pretend


@pytest.fixture
def system(monkeypatch, tmp_path):
    """Writes files in the place of those of the system."""
    read = memory._lines

    def write(**files):
        contents = {name: text.splitlines() for name, text in files.items()}

        def lines(path):
            path = pathlib.Path(path)
            if not path.is_relative_to("/proc") and not path.is_relative_to("/sys"):
                return read(path)
            kept = [t for name, t in contents.items() if path.match(name)]
            return kept[0] if kept else []

        monkeypatch.setattr(memory, "_lines", lines)

    return write


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
def test_this_machine_says_what_is_free():
    assert 2**20 < free_memory() < 2**50


def test_the_smallest_of_machine_and_containers_counts(system):
    machine = {"meminfo": "MemTotal: 9000 kB\nMemAvailable: 5000 kB"}
    system(**machine)
    assert free_memory() == 5000 * 1024
    group = {"self/cgroup": "0::/a/b", "memory.current": "3000"}
    system(**machine, **group, **{"b/memory.max": "4000"})
    assert free_memory() == 1000
    cached = {"memory.stat": "anon 1\ninactive_file 500"}
    system(**machine, **group, **cached, **{"b/memory.max": "4000"})
    assert free_memory() == 1500
    system(**machine, **group, **{"b/memory.max": "max"})
    assert free_memory() == 5000 * 1024
    around = {"b/memory.max": "max", "cgroup/a/memory.max": "3200"}
    system(**machine, **group, **around)
    assert free_memory() == 200
    older = {"self/cgroup": "4:memory:/x\n3:cpu:/x", "memory.usage_in_bytes": "1"}
    system(**machine, **older, **{"memory/x/memory.limit_in_bytes": "2001"})
    assert free_memory() == 2000
    step = {"self/cgroup": "4:memory:/job/step", "job/memory.usage_in_bytes": "1500"}
    step["job/memory.limit_in_bytes"] = "1600"
    step["job/memory.stat"] = "inactive_file 0\ntotal_inactive_file 1400"
    system(**machine, **step)
    assert free_memory() == 1500


def test_where_nothing_is_known_nothing_is_refused(monkeypatch):
    monkeypatch.setattr(memory, "free_memory", lambda: None)
    check_memory(1e30, "It", "Wait.")


def test_needs_and_what_is_free_are_told(with_free):
    with_free(23e9)
    check_memory(22e9, "It", "Choose less.")
    message = (
        "It would need about 40.0 GB of memory, and 23.0 GB are free. Choose less."
    )
    with pytest.raises(InputError, match=message.replace(".", r"\.")):
        check_memory(40e9, "It", "Choose less.")


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"cell": "gru", "num_layers": 2, "bidirectional": True},
        {"cell": "rnn", "share_embeddings": True},
        {"attention": "bahdanau", "coverage": True},
        {"embedding_dim": 64, "tie_embeddings": True},
    ],
    ids=str,
)
def test_the_weights_are_counted_without_making_them(options):
    options = {"units": 64, "embedding_dim": 32, **options}
    model = build_model(500, 500, **options)
    sizes = {"source_vocabulary_size": 500, "target_vocabulary_size": 500}
    counted = ModelOptions(**sizes, **options).least_weights
    assert 0.7 < counted / model.count_params() <= 1.0


def test_a_model_too_large_is_refused_before_it_is_made():
    with pytest.raises(InputError, match=r"The model would need about [\d,.]+ GB"):
        build_model(10**7, 10**7, units=65536, embedding_dim=65536)


def test_a_training_needs_room_for_the_optimizer(with_free, tmp_path):
    path = tmp_path / "pairs.tsv"
    path.write_text("".join(f"a{n}\tb{n}\n" for n in range(60)))
    # 260,000 weights of 4 bytes fit once, but not four times.
    with_free(3e6)
    config = TrainingConfig(
        output=str(tmp_path / "out"), train=[str(path)], units=128, embedding_dim=128
    )
    with pytest.raises(InputError, match="The model with its optimizer would need"):
        train(config)
    assert not (tmp_path / "out").exists()


def test_a_beam_too_wide_is_refused(translator, with_free):
    with_free(1e8)
    with pytest.raises(InputError, match="A search with 40,000 hypotheses at once"):
        translator.translate(["he is tired"] * 4, beam_width=10**4, batch_size=4)


def test_a_step_of_hard_attention_has_logits_for_each_position(translator, with_free):
    size = translator.source_tokenizer.vocabulary_size
    model = build_model(
        size,
        translator.target_tokenizer.vocabulary_size,
        **{"units": 8, "embedding_dim": 8, "attention": "hard"},
    )
    hard = Translator(model, translator.source_tokenizer, translator.target_tokenizer)
    # Three times 4 bytes for each logit, 84 MB for 20 tokens and `<eos>`.
    width = int(84e6 / 21 / 12 / translator.target_tokenizer.vocabulary_size)
    search = {"beam_width": width, "max_length": 1, "batch_size": 1}
    with_free(5e7)
    for text in ("he", "he " * 20):
        translator.translate(text, **search)
    hard.translate("he", **search)
    with pytest.raises(InputError, match=f"A search with {width:,} hypotheses at once"):
        hard.translate("he " * 20, **search)


@pytest.mark.parametrize("method", [word2vec, fasttext, glove])
def test_vectors_too_large_are_refused(method, with_free):
    with_free(1e6)
    with pytest.raises(InputError, match="vectors of 100,000 dimensions would need"):
        method(TEXTS, dimensions=100_000)


def test_the_command_line_says_so_in_one_line(with_free, tmp_path, capsys):
    path = tmp_path / "text.txt"
    path.write_text("\n".join(TEXTS))
    with_free(1e6)
    arguments = ["--input", str(path), "--output", str(tmp_path / "v.txt")]
    arguments += ["--dimensions", "100000"]
    assert main(["vectors", "train", *arguments]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "GB are free" in line
    assert not (tmp_path / "v.txt").exists()
