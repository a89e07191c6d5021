"""Tests of seq2seq_keras.startup."""

import subprocess
import sys


def run(code):
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )


def test_importing_the_package_prints_nothing():
    result = run("import seq2seq_keras, tensorflow as tf; tf.constant(1) + 1")
    assert (result.stdout, result.stderr) == ("", "")


def test_what_is_no_note_is_passed_on():
    code = (
        "import os, seq2seq_keras.startup as s\n"
        "with s._notes_held_back():\n"
        "    os.write(2, b'I0000 00:00:1 1 port.cc:153] oneDNN\\nreal trouble\\n')"
    )
    assert run(code).stderr == "real trouble\n"
