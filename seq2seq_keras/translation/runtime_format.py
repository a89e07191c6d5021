"""What a folder holds that other runtimes translate from: names, and no more."""

RUNTIME_FORMAT = 1
# Vouches for all else.
RUNTIME_CONFIG = "runtime.json"
RUNTIME_TOKENIZERS = ("source_tokenizer.json", "target_tokenizer.json")
GRAPHS = (
    *("encoder", "decoder"),
    *("greedy_search", "greedy_search_with_rules"),
    *("beam_search", "beam_search_with_rules"),
)
# All graphs of ONNX have one set of weights.
RUNTIME_WEIGHTS = "weights.bin"
# All graphs of LiteRT are one file, by their names.
LITERT_MODEL = "translator.tflite"
RUNTIME_CARD = "README.md"
# The files whose sums are kept, of each runtime.
RUNTIME_CHECKED = {
    "onnx": (
        *(f"{name}.onnx" for name in GRAPHS),
        *(RUNTIME_WEIGHTS, *RUNTIME_TOKENIZERS),
    ),
    "litert": (LITERT_MODEL, *RUNTIME_TOKENIZERS),
}
RUNTIME_FILES = tuple(
    dict.fromkeys(
        [
            *(name for names in RUNTIME_CHECKED.values() for name in names),
            *(RUNTIME_CARD, RUNTIME_CONFIG),
        ]
    )
)
