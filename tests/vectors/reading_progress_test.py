"""Tests of seq2seq_keras.vectors: reading progress."""

import importlib

READING = importlib.import_module("seq2seq_keras.vectors.reading")


def test_a_line_is_written_over_now_and_then_and_ended(capsys, monkeypatch):
    now = [0.0]
    monkeypatch.setattr(READING.time, "monotonic", lambda: now[0])
    with READING.Progress("Reading", lambda: 0.5, shown=True) as told:
        for now[0] in (0.1, 0.6, 0.7, 1.2):
            told.update(int(10 * now[0]))
    line = "\rReading:  50%, {} words"
    assert capsys.readouterr().err == line.format(6) + line.format(12) + "\n"


def test_a_short_reading_says_nothing(capsys):
    with READING.Progress("Reading", lambda: 1.0, shown=True) as told:
        told.update(1)
    assert capsys.readouterr().err == ""
