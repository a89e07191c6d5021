"""Tests of what the benchmarks beside other toolkits measure and count."""

import importlib
import io
import json
import sys

import numpy as np
import pytest

from benchmarks import decoding_peers, inflection_peers, runner, training_peers
from benchmarks.peers import steps

UNITS, DIM, SOURCE_SIZE, TARGET_SIZE = 6, 4, 9, 8


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(steps, "UNITS", UNITS)
    monkeypatch.setattr(steps, "EMBEDDING_DIM", DIM)


@pytest.fixture
def batch():
    # The ends of the rows differ on both sides.
    sides = ([[4, 5, 6, 3], [7, 3]], [[2, 4], [2, 5, 6]], [[4, 3], [5, 6, 3]])
    return steps.Batch(*map(training_peers.padded, sides))


def test_words_are_numbered_by_frequency_and_rare_ones_are_unknown():
    ids, size = training_peers.numbered("b a b\na rare b\n")
    assert ids == [[4, 5, 4, 3], [5, 1, 4, 3]]
    assert size == 6


def test_a_batch_is_padded_to_a_multiple_of_four():
    assert training_peers.padded([[7], [1, 2, 3, 4, 5]]).tolist() == [
        [7, 0, 0, 0, 0, 0, 0, 0],
        [1, 2, 3, 4, 5, 0, 0, 0],
    ]


def test_the_operations_of_a_step_are_counted_for_real_tokens(small, batch):
    def product(rows, inner, columns):
        return 2 * rows * inner * columns

    counted = 0
    for source, target in ((4, 2), (2, 3)):  # real tokens of the two sentences
        for _ in ("forward", "backward"):
            counted += product(source, DIM, 4 * UNITS // 2)
            counted += product(source, UNITS // 2, 4 * UNITS // 2)
        counted += product(target, DIM, 4 * UNITS) + product(target, UNITS, 4 * UNITS)
        counted += product(target, UNITS, source) + product(target, source, UNITS)
        counted += product(target, 2 * UNITS, UNITS)
        counted += product(target, UNITS, TARGET_SIZE)
    # Each again for the gradient of either factor.
    assert training_peers.gflop(batch, TARGET_SIZE) == pytest.approx(3e-9 * counted)


def test_a_task_is_read_as_it_was_written(small, batch, tmp_path):
    generator = np.random.default_rng(0)
    weights = training_peers.first_weights(generator, SOURCE_SIZE, TARGET_SIZE)
    steps.write(tmp_path, weights, [batch, batch])
    read, batches = steps.read(tmp_path)
    assert len(batches) == 2
    for written, again in zip(batch, batches[1], strict=True):
        np.testing.assert_array_equal(written, again)
    assert read.keys() == weights.keys()
    np.testing.assert_array_equal(read["decoder_kernel"], weights["decoder_kernel"])


def sigmoid(values):
    return 1 / (1 + np.exp(-values))


def lstm(weights, name, embedded, hidden, cell):
    outputs = []
    for inputs in embedded:
        gates = inputs @ weights[f"{name}_kernel"] + weights[f"{name}_bias"]
        gates = gates + hidden @ weights[f"{name}_recurrent_kernel"]
        new, forget, update, out = np.split(gates, 4)
        cell = sigmoid(forget) * cell + sigmoid(new) * np.tanh(update)
        hidden = sigmoid(out) * np.tanh(cell)
        outputs.append(hidden)
    return outputs, hidden, cell


def loss_by_loops(weights, batch):
    losses = []
    for source, target, labels in zip(*batch, strict=True):
        embedded = weights["source_embedding"][source[source != 0]]
        zeros = np.zeros(UNITS // 2)
        ahead, *last = lstm(weights, "forward", embedded, zeros, zeros)
        back, *first = lstm(weights, "backward", embedded[::-1], zeros, zeros)
        memory = np.concatenate([ahead, back[::-1]], -1)
        states = (np.concatenate(pair) for pair in zip(last, first, strict=True))
        inputs = weights["target_embedding"][target[labels != 0]]
        for output, label in zip(
            lstm(weights, "decoder", inputs, *states)[0], labels, strict=False
        ):
            shares = np.exp(memory @ output)
            context = shares / shares.sum() @ memory
            vector = np.tanh([*context, *output] @ weights["attention_kernel"])
            logits = vector @ weights["logits_kernel"] + weights["logits_bias"]
            losses.append(np.log(np.exp(logits).sum()) - logits[label])
    return np.mean(losses)


def test_our_model_starts_from_the_weights_that_all_start_from(
    small, batch, monkeypatch, capsys, without_graphs
):
    ours = importlib.import_module("benchmarks.peers.ours")
    for name, value in (("UNITS", UNITS), ("EMBEDDING_DIM", DIM)):
        monkeypatch.setattr(ours, name, value)
    monkeypatch.setattr(ours, "LEARNING_RATE", 1e-12)  # so the loss stays what it is
    generator = np.random.default_rng(0)
    weights = training_peers.first_weights(generator, SOURCE_SIZE, TARGET_SIZE)
    for name in weights:
        if name.endswith("bias"):
            weights[name] += generator.normal(size=weights[name].shape)
    # Two turns: a step for each line.
    monkeypatch.setattr(sys, "stdin", io.StringIO("\n\n"))
    ours.train(weights, [batch, batch], "float32", steps.Turns("1"))
    said = capsys.readouterr().out.split("RESULT ")[1:]
    assert len(said) == 2
    for measures in map(json.loads, said):
        expected = loss_by_loops(weights, batch)
        assert measures["loss"] == pytest.approx(expected, rel=1e-5)
        assert measures["cpu_seconds"] > 0


def test_ours_is_compared_with_the_others_turn_by_turn():
    def row(toolkit, *seconds):
        measures = [
            {"seconds": each, "cpu_seconds": 2 * each, "peak_memory_gib": 1.5}
            | {"loss": 4.0, "version": "1"}
            for each in (*[99.0] * steps.WARM_UP, *seconds)
        ]
        return {"toolkit": toolkit, "precision": "float32", "steps": measures}

    count = steps.WARM_UP + 3
    results = {
        "environment": runner.environment(),
        "tokens": [200] * count,
        "gflop": [50.0] * count,
        "positions": 1200,
        "parameters": 7,
        "roofs": [{"float32": 100.0, "mixed_bfloat16": 50.0}] * 3,
        "rows": [row("seq2seq_keras", 0.5, 1, 1.5), row("PyTorch", 1, 3, 6)],
    }
    table = training_peers.table(results)
    # 600 tokens in 3 seconds; 150 GFLOP, of the 300 that are possible.
    ours = "| seq2seq_keras | float32 | 1000 | 2000 | 200 | 1.50 | 50% | 4.0000 |"
    assert ours in table
    assert "| PyTorch | float32 | 3.00 (2.00 to 4.00) | 3.00 (2.00 to 4.00) |" in table
    # What is kept in bfloat16 may be computed in float32.
    assert training_peers.best(results["roofs"], "mixed_bfloat16") == 100


def test_searches_are_compared_by_sentences_and_by_words():
    def row(toolkit, seconds, words):
        measures = {"seconds": [seconds], "cpu_seconds": [seconds * 2]}
        quality = {"words": words, "cut_off": 0, "bleu": 20.0, "signature": "s"}
        named = {"toolkit": toolkit, "search": "greedy", "batch_size": None}
        return {**named, **measures, **quality}

    toolkit = {"parameters": 7, "versions": {"marian": "1"}}
    results = {
        "environment": runner.environment(),
        "sentences": 100,
        "updates": 3,
        "toolkits": {decoding_peers.OURS: toolkit, "Marian": toolkit},
        "rows": [row(decoding_peers.OURS, 2, 1000), row("Marian", 10, 500)],
    }
    table = decoding_peers.table(results)
    sentences, words = "5.00 (5.00 to 5.00)", "10.00 (10.00 to 10.00)"
    assert f"| Marian | greedy | {sentences} | {words} | {sentences} |" in table


def test_the_quickest_way_is_found(monkeypatch):
    now = iter([0, 3, 10, 12, 20, 25])
    monkeypatch.setattr(decoding_peers.time, "perf_counter", lambda: next(now))
    assert decoding_peers.quickest(dict.fromkeys((32, 64, 128), list)) == 64


def test_inflection_is_shown_with_the_gain_and_steps_with_their_ratio():
    ours = {"score": 0.85, "difference": 0.05, "p_value": 0.01}
    ours |= {"difference_low": 0.02, "difference_high": 0.08}
    results = {
        "fin": {"accuracies": [0.5, 0.8], "tst": [{"score": 0.8}, ours]},
        "speed": {"yoyodyne": [3.0, 1.0, 2.0], "ours": [0.1, 0.2, 0.4]},
    }
    languages, speed = inflection_peers.table(results).split("\n\n")
    assert languages.split("\n")[2:] == [
        "| fin | tst | 80.0, 2 | 85.0 | +5.0 [+2.0, +8.0] | 0.010 |"
    ]
    rows = [line.split("|")[1:3] for line in speed.split("\n")[2:]]
    assert [[cell.strip() for cell in row] for row in rows] == [
        ["yoyodyne", "2,000"],
        ["ours", "200"],
        ["times faster", "10.0"],
    ]
