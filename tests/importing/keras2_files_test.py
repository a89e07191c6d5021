"""The files of Keras 2 that the tests import are those that tf_keras writes today."""

import subprocess
import sys

import keras2_models
import numpy as np
import pytest


@pytest.mark.slow
def test_tf_keras_writes_the_same_today(old_models, tmp_path):
    """In a process of its own that takes a minute, so the files are kept packed.

    `tar --sort=name --mtime=@0 -cJf tests/fixtures/keras2_models.tar.xz -C FOLDER .`
    packs what it has written anew.
    """
    script = [sys.executable, keras2_models.__file__, tmp_path]
    made = subprocess.run(script, capture_output=True, text=True)
    assert made.returncode == 0, made.stderr
    names = {path.name for path in old_models.iterdir()}
    assert names == {path.name for path in tmp_path.iterdir()}
    for name in names:
        if name.endswith(".npz"):
            kept, written = np.load(old_models / name), np.load(tmp_path / name)
            assert kept.files == written.files
            for each in kept.files:
                np.testing.assert_allclose(kept[each], written[each], atol=1e-6)
