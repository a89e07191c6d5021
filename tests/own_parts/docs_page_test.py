"""The page on cells, attentions and models of one's own is run."""

import pathlib
import re

import keras

from seq2seq_keras.data import make_toy_pairs

PAGE = pathlib.Path(__file__).parents[2] / "docs" / "your_own_cell_or_attention.md"


def load_a_part(task, seed):
    """Of a toy task fewer pairs than the page has: it needs no good model."""
    pairs = make_toy_pairs(task, 300, seed)
    return pairs[:200], pairs[200:250], pairs[250:]


def test_every_block_of_the_page_runs(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("seq2seq_keras.data.corpora._load_toy", load_a_part)
    text = PAGE.read_text(encoding="utf-8")
    blocks = re.finditer(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    monkeypatch.chdir(tmp_path)
    names = {"__name__": "page"}
    known = dict(keras.saving.get_custom_objects())
    try:
        for block in blocks:
            # Lines are counted from the top of the page in a message.
            above = "\n" * text.count("\n", 0, block.start(1))
            exec(compile(above + block[1], str(PAGE), "exec"), names)
    finally:
        keras.saving.get_custom_objects().clear()
        keras.saving.get_custom_objects().update(known)
        names["s2s"].CELLS.pop("minimal", None)
    assert "agree" in capsys.readouterr().out
    assert (tmp_path / "saved_models/mine/serving/saved_model.pb").is_file()
    assert (tmp_path / "saved_models/bag/model.keras").is_file()
