"""What the tests of training share."""

import pytest

from seq2seq_keras.data import make_toy_pairs


@pytest.fixture(scope="session")
def table(tmp_path_factory):
    """A file of 150 pairs to copy."""
    path = tmp_path_factory.mktemp("pairs") / "pairs.tsv"
    lines = (f"{source}\t{target}\n" for source, target in make_toy_pairs("copy", 150))
    path.write_text("".join(lines), encoding="utf-8")
    return str(path)
