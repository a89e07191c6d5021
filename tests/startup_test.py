"""Tests of seq2seq_keras.startup."""

import pathlib
import re
import resource
import subprocess
import sys

import pytest

PACKAGE = pathlib.Path(__file__).parents[1] / "seq2seq_keras"


def run(code):
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )


def test_what_is_no_note_is_passed_on():
    code = (
        "import os, seq2seq_keras.startup as s\n"
        "with s.notes_held_back():\n"
        "    os.write(2, b'I0000 00:00:1 1 port.cc:153] oneDNN\\nreal trouble\\n')"
    )
    assert run(code).stderr == "real trouble\n"


def test_the_package_is_imported_without_a_standard_error():
    command = '"$1" -c "import seq2seq_keras; print(7)" 2>&-'
    result = subprocess.run(
        ["sh", "-c", command, "sh", sys.executable], capture_output=True, text=True
    )
    assert (result.returncode, result.stdout) == (0, "7\n")


def test_a_descriptor_closed_later_is_no_error_either():
    code = (
        "import os, seq2seq_keras.startup as s\n"
        "os.close(2)\n"
        "with s.notes_held_back():\n"
        "    print(7)"
    )
    assert run(code).stdout == "7\n"


def test_importing_the_package_loads_neither_tensorflow_nor_keras():
    code = "import sys, seq2seq_keras; print({'tensorflow', 'keras'} & {*sys.modules})"
    assert run(code).stdout == "set()\n"


def test_a_server_that_has_no_model_loads_neither(tmp_path):
    code = (
        "import sys\n"
        "from seq2seq_keras.cli import main\n"
        f"status = main(['serve', {str(tmp_path)!r}])\n"
        "print(status, {'tensorflow', 'keras'} & {*sys.modules})"
    )
    assert run(code).stdout == "2 set()\n"


@pytest.mark.parametrize(
    "code",
    [
        "import keras, seq2seq_keras",
        *(
            pytest.param(
                f"from seq2seq_keras import {name}; import keras",
                marks=pytest.mark.slow,
            )
            for name in ("TokenCrossentropy", "Translator")
        ),
    ],
)
def test_whatever_is_imported_first_keras_knows_the_classes(code):
    """`keras.models.load_model` then needs nothing else; and nothing is printed.

    A process that imports TensorFlow takes seconds, so the first alone is not slow.
    """
    code += "; keras.ops.zeros(1) + 1; print(*keras.saving.get_custom_objects())"
    result = run(code)
    assert sorted(result.stdout.split()) == sorted(registered_names())
    # What Keras itself prints while it is loaded first is not ours to hold back.
    assert result.stderr == "" or code.startswith("import keras")


def registered_names():
    """The names of all that the source registers with Keras."""
    for path in PACKAGE.rglob("*.py"):
        names = re.findall(
            r"^@keras\.saving\.register_keras_serializable\(.*\)\n(?:class|def) (\w+)",
            path.read_text(encoding="utf-8"),
            re.MULTILINE,
        )
        yield from (f"seq2seq_keras>{name}" for name in names)


@pytest.mark.parametrize(
    "code",
    [
        "from seq2seq_keras.plots import plot_attention, plot_learning_curves",
        "from seq2seq_keras.evaluation import score_translations as score, versions\n"
        "assert score(['a b c d'], ['a b c d']).bleu == 100 and versions()",
    ],
)
def test_pictures_and_scores_of_text_need_no_tensorflow(code):
    code += (
        "\nimport sys; print({'tensorflow', 'keras', 'matplotlib'} & {*sys.modules})"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout == "set()\n", done.stderr


@pytest.mark.parametrize("command", [[], ["train"], ["translate"], ["vectors"]])
def test_the_help_of_a_command_loads_neither_tensorflow_nor_keras(command):
    code = (
        "import sys\n"
        "from seq2seq_keras.cli import main\n"
        "try:\n"
        f"    main([*{command}, '--help'])\n"
        "except SystemExit:\n"
        "    pass\n"
        "print({'tensorflow', 'keras', 'pandas'} & {*sys.modules})"
    )
    *shown, loaded = run(code).stdout.splitlines()
    assert loaded == "set()"
    assert len(shown) > 10


def test_the_help_takes_a_fraction_of_what_tensorflow_does():
    """Seconds of the processor, which a busy machine does not change much."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [sys.executable, "-m", "seq2seq_keras", "--help"],
        capture_output=True,
        check=True,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    # 0.4 on a quiet machine; TensorFlow alone takes 5.
    assert seconds < 1.5
