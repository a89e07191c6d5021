"""The page on cells, attentions and models of one's own is run."""

import pathlib
import re

import keras

PAGE = pathlib.Path(__file__).parents[2] / "docs" / "your_own_cell_or_attention.md"


def test_every_block_of_the_page_runs(tmp_path, monkeypatch, capsys):
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
