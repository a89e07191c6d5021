"""Which number format is chosen, by the features of the processor."""

import pytest
import tensorflow as tf

from seq2seq_keras.models import build_model, fastest_precision

PROCESSOR = "seq2seq_keras.models.precision._PROCESSOR"


@pytest.mark.parametrize(
    "flags, expected",
    [
        ("fpu avx2 avx512f amx_bf16 amx_tile", "mixed_bfloat16"),
        ("fpu avx2 avx512f avx512_bf16", "mixed_bfloat16"),
        ("fpu avx2 avx512f avx512_vnni", "float32"),
        ("fpu", "float32"),
    ],
)
def test_a_processor_that_multiplies_bfloat16_gets_it(
    flags, expected, tmp_path, monkeypatch
):
    file = tmp_path / "cpuinfo"
    file.write_text(f"processor\t: 0\nflags\t\t: {flags}\nbugs\t\t: spectre\n")
    monkeypatch.setattr(PROCESSOR, file)
    assert fastest_precision()[0] == expected
    model = build_model(9, 9, units=2, precision="auto")
    assert model.options.precision == expected


def test_where_nothing_is_known_it_is_float32(tmp_path, monkeypatch):
    monkeypatch.setattr(PROCESSOR, tmp_path / "none")
    assert fastest_precision() == (
        "float32",
        "this processor has no instructions that multiply bfloat16",
    )


@pytest.mark.parametrize(
    "capability, expected", [((7, 5), "float32"), ((8, 0), "mixed_bfloat16")]
)
def test_a_gpu_since_ampere_gets_bfloat16(capability, expected, monkeypatch):
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: ["GPU:0"])
    monkeypatch.setattr(
        tf.config.experimental,
        "get_device_details",
        lambda gpu: {"compute_capability": capability},
    )
    assert fastest_precision()[0] == expected
