"""What a folder holds that other runtimes translate from: names, and no more."""

RUNTIME_FORMAT = 1
# Vouches for all else.
RUNTIME_CONFIG = "runtime.json"
RUNTIME_TOKENIZERS = ("source_tokenizer.json", "target_tokenizer.json")
RUNTIME_GRAPHS = tuple(
    f"{name}.onnx"
    for name in (
        *("encoder", "decoder"),
        *("greedy_search", "greedy_search_with_rules"),
        *("beam_search", "beam_search_with_rules"),
    )
)
# All graphs have one set of weights.
RUNTIME_WEIGHTS = "weights.bin"
RUNTIME_CARD = "README.md"
RUNTIME_CHECKED = (*RUNTIME_GRAPHS, RUNTIME_WEIGHTS, *RUNTIME_TOKENIZERS)
RUNTIME_FILES = (*RUNTIME_CHECKED, RUNTIME_CARD, RUNTIME_CONFIG)
