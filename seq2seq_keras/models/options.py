"""The options of a model and what they may be."""

import dataclasses

import numpy as np

from seq2seq_keras.errors import InputError, check_choice
from seq2seq_keras.layers.luong_attention import SCORES
from seq2seq_keras.special_tokens import SPECIAL_COUNT

CELLS = ("lstm", "gru", "rnn")
BRIDGES = ("direct", "dense", "zero")
ATTENTIONS = (None, "luong", "bahdanau")
PRECISIONS = ("float32", "mixed_bfloat16", "mixed_float16")


@dataclasses.dataclass
class ModelOptions:
    """What defines a model but its weights; `build_model` says what each one means.

    Raises:
        InputError: For the first option out of its range.
    """

    source_vocabulary_size: int
    target_vocabulary_size: int
    cell: str
    units: int
    embedding_dim: int
    num_layers: int
    bidirectional: bool
    residual: bool
    dropout: float
    recurrent_dropout: float
    bridge: str
    feed_context: bool
    reverse_source: bool
    attention: str | None
    attention_score: str
    input_feeding: bool
    coverage: bool
    coverage_loss: float
    copy: bool
    tie_embeddings: bool
    share_embeddings: bool
    freeze_source_embeddings: bool
    freeze_target_embeddings: bool
    precision: str
    # Models that were saved before there were these have no value for them.
    variational_dropout: bool = False
    word_dropout: float = 0.0
    layer_normalization: bool = False

    def __post_init__(self):
        check_choice("cell", self.cell, CELLS)
        check_choice("bridge", self.bridge, BRIDGES)
        check_choice("attention", self.attention, ATTENTIONS)
        check_choice("attention_score", self.attention_score, SCORES)
        check_choice("precision", self.precision, PRECISIONS)
        self._check_sizes()
        self._check_embeddings()
        self._check_attention()

    @property
    def is_stepwise(self):
        """Whether a step of the decoder needs the attention of the step before."""
        return self.attention == "bahdanau" or self.input_feeding or self.coverage

    def _check_sizes(self):
        vocabulary_sizes = ("source_vocabulary_size", "target_vocabulary_size")
        for name in (*vocabulary_sizes, "units", "embedding_dim", "num_layers"):
            value = getattr(self, name)
            _check(
                # True is an integer to Python, NumPy's integers are not its `int`.
                isinstance(value, int | np.integer)
                and not isinstance(value, bool)
                and value >= 1,
                f"`{name}` must be a positive integer",
                f"{name}={value!r}",
            )
            # Keras does not take NumPy's.
            setattr(self, name, int(value))
        for name in vocabulary_sizes:
            _check(
                getattr(self, name) > SPECIAL_COUNT,
                f"`{name}` counts the {SPECIAL_COUNT} special tokens and must be "
                "larger",
                f"{name}={getattr(self, name)}",
            )
        for name in ("dropout", "recurrent_dropout", "word_dropout"):
            _check(
                0 <= getattr(self, name) < 1,
                f"`{name}` must be at least 0 and less than 1",
                f"{name}={getattr(self, name)}",
            )
        _check(
            not self.bidirectional or self.units % 2 == 0,
            "A bidirectional encoder gives half of `units` to each direction, so "
            "`units` must be even",
            f"units={self.units}",
        )

    def _check_embeddings(self):
        _check(
            not self.share_embeddings
            or self.source_vocabulary_size == self.target_vocabulary_size,
            "`share_embeddings=True` needs one vocabulary for source and target",
            f"source_vocabulary_size={self.source_vocabulary_size}, "
            f"target_vocabulary_size={self.target_vocabulary_size}",
        )
        _check(
            not (self.share_embeddings and self.freeze_target_embeddings),
            "With `share_embeddings=True` there is one matrix, which "
            "`freeze_source_embeddings=True` freezes",
            "freeze_target_embeddings=True",
        )

    def _check_attention(self):
        for name in ("coverage", "copy"):
            _check(
                self.attention is not None or not getattr(self, name),
                f"`{name}=True` works on attention weights and needs `attention`, "
                '"luong" or "bahdanau"',
                "attention=None",
            )
        _check(
            self.attention == "luong" or self.attention_score == "general",
            '`attention_score` belongs to `attention="luong"`; "bahdanau" has a score '
            "of its own",
            f"attention={self.attention!r}, attention_score={self.attention_score!r}",
        )
        _check(
            self.attention == "luong" or not self.input_feeding,
            '`input_feeding=True` belongs to `attention="luong"`; with "bahdanau" the '
            "context enters the cell at every step in any case",
            f"attention={self.attention!r}",
        )
        _check(
            self.coverage_loss >= 0 and (self.coverage or not self.coverage_loss),
            "`coverage_loss` is a weight of 0 or more, and needs `coverage=True`",
            f"coverage={self.coverage}, coverage_loss={self.coverage_loss}",
        )


def _check(holds, rule, received):
    if not holds:
        raise InputError(f"{rule}. Received: {received}")
