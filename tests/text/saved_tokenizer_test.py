"""Tests of seq2seq_keras.text.saved_tokenizer, by way of `Tokenizer.load`."""

import pytest

from seq2seq_keras.errors import InputError
from seq2seq_keras.text.tokenizer import Tokenizer


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", "{}", '{"class_name": "os.system"}', '{"class_name": "Tokenizer"}'],
)
def test_a_damaged_file_is_named(tmp_path, content):
    path = tmp_path / "tokenizer.json"
    path.write_text(content)
    with pytest.raises(InputError, match=r"tokenizer\.json is damaged"):
        Tokenizer.load(path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(InputError, match="no tokenizer file"):
        Tokenizer.load(tmp_path / "none.json")


def test_a_folder_is_named(tmp_path):
    with pytest.raises(InputError, match=r"is a folder\. Name the JSON file"):
        Tokenizer.load(tmp_path)
