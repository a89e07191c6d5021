"""Texts, and searches that find the same in every runtime."""

TEXTS = ["i am a student", "is she tired?", "", "our friends are at the market"]
SEARCHES = {
    "greedy": {},
    "beam": {"beam_width": 5, "n_best": 5},
    "beam with rules": {
        **{"beam_width": 3, "n_best": 2, "prefix": ["je", "", "je ne", "nous"]},
        **{"length_normalization": "gnmt", "length_penalty": 0.6},
        **{"block_ngrams": 2, "repetition_penalty": 1.7, "min_length_ratio": 1.5},
        **{"coverage_penalty": 0.2, "replace_unknown": True},
    },
}
MORE_SEARCHES = {
    "short": {"max_length": 3},
    "short as the source": {"max_length_ratio": 0.6},
    "as tokens": {"beam_width": 4, "n_best": 4, "distinct_texts": False},
    "gnmt": {
        **{"beam_width": 3, "n_best": 2},
        **{"length_normalization": "gnmt", "length_penalty": 0.6},
    },
    "sums": {"beam_width": 3, "n_best": 3, "length_normalization": "none"},
    "prefix": {"prefix": "je"},
    "beam with prefixes": {"beam_width": 3, "prefix": ["je", "", "je ne", "nous"]},
    "at least": {"min_length": 9, "min_length_ratio": 2.0},
    "no pair twice": {"block_ngrams": 2, "beam_width": 3},
    "no token twice": {"block_ngrams": 1},
    "least risk": {
        **{"beam_width": 4, "n_best": 2, "decision": "mbr"},
        "utility": "symbol_error_rate",
    },
    "no repetition": {"repetition_penalty": 1.7, "beam_width": 2, "n_best": 2},
}
