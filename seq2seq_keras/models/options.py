"""The options of a model with its vocabularies."""

import dataclasses

from seq2seq_keras.architecture import Architecture
from seq2seq_keras.errors import InputError
from seq2seq_keras.options import check_options, documented, option
from seq2seq_keras.registry import ATTENTIONS, CELLS, check_name
from seq2seq_keras.special_tokens import SPECIAL_COUNT

# Matrices in the cells that the package names itself.
_GATES = {
    "keras.layers:LSTMCell": 4,
    "keras.layers:GRUCell": 3,
    "keras.layers:SimpleRNNCell": 1,
}
# Where neither an option nor given vectors say it.
_EMBEDDING_DIM = 128


@documented
@dataclasses.dataclass(kw_only=True)
class ModelOptions(Architecture):
    """What defines a model but its weights.

    Args:
        {options}

    Raises:
        InputError: For the first option out of its range.
    """

    source_vocabulary_size: int = option(
        description="Tokens of the source, special ones included.",
        minimum=1,
        maximum=10**7,
    )
    target_vocabulary_size: int = option(
        description="Tokens of the target, special ones included.",
        minimum=1,
        maximum=10**7,
    )

    features_vocabulary_size: int = option(
        0,
        "How many of the source's last tokens are features, for a `features_encoder`.",
        minimum=0,
        maximum=10**7,
    )

    def __post_init__(self) -> None:
        if self.embedding_dim is None:
            self.embedding_dim = _EMBEDDING_DIM
        check_name("cell", self.cell, CELLS)
        check_name("attention", self.attention, ATTENTIONS, optional=True)
        check_options(self)
        self._check_sizes()
        self._check_embeddings()
        self._check_attention()
        self._check_features()

    @property
    def least_weights(self) -> int:
        """The weights of embeddings, recurrent layers and output; there may be more.

        Those of a cell that the package does not name itself are not known.
        """
        dim, units = self.embedding_dim or 0, self.units
        entry = CELLS.get(self.cell) if isinstance(self.cell, str) else None
        gates = _GATES.get(entry, 0) if isinstance(entry, str) else 0
        directions = 2 if self.bidirectional else 1

        def stack(width: int) -> int:
            inputs = [dim, *[units] * (self.num_layers - 1)]
            return gates * width * sum(size + width + 1 for size in inputs)

        source, target = self.source_vocabulary_size, self.target_vocabulary_size
        embeddings = dim * (source if self.share_embeddings else source + target)
        # An attention of one's own may predict in a layer of another size.
        has_output = self.attention is None or isinstance(self.attention, str)
        output = units * target if has_output and not self.tie_embeddings else 0
        encoder = directions * stack(units // directions)
        return embeddings + encoder + stack(units) + output

    def _check_sizes(self) -> None:
        for name in ("source_vocabulary_size", "target_vocabulary_size"):
            _check(
                getattr(self, name) > SPECIAL_COUNT,
                f"`{name}` counts the {SPECIAL_COUNT} special tokens and must be "
                "larger",
                f"{name}={getattr(self, name)}",
            )
        _check(
            not self.bidirectional or self.units % 2 == 0,
            "A bidirectional encoder gives half of `units` to each direction, so "
            "`units` must be even",
            f"units={self.units}",
        )

    def _check_embeddings(self) -> None:
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

    def _check_attention(self) -> None:
        _check(
            self.decoder == "plain"
            or (self.attention not in (None, "hard") and not self.input_feeding),
            'In `decoder="conditional"` attention is between two transitions: it needs '
            '"luong" or "bahdanau", without `input_feeding`',
            f"attention={self.attention!r}, input_feeding={self.input_feeding}",
        )
        for name in ("coverage", "copy"):
            _check(
                self.attention is not None or not getattr(self, name),
                f"`{name}=True` works on attention weights and needs `attention`, "
                '"luong" or "bahdanau"',
                "attention=None",
            )
        is_plain = self.attention in (None, "bahdanau", "hard")
        _check(
            not is_plain or self.attention_score == "general",
            '`attention_score` belongs to `attention="luong"`; "bahdanau" and "hard" '
            "have scores of their own",
            f"attention={self.attention!r}, attention_score={self.attention_score!r}",
        )
        _check(
            not is_plain or not self.input_feeding,
            '`input_feeding=True` belongs to `attention="luong"`; with "bahdanau" the '
            'context enters the cell at every step in any case, with "hard" at none',
            f"attention={self.attention!r}",
        )
        defaults = {field.name: field.default for field in dataclasses.fields(self)}
        for name in ("monotonic", "order", "context"):
            value = getattr(self, name)
            _check(
                self.attention is not None or value == defaults[name],
                f'`{name}` belongs to `attention="hard"`',
                f"attention=None, {name}={value!r}",
            )
        _check(
            self.order == 1 or self.context == defaults["context"],
            "`context` says how far `order=1` tells jumps apart",
            f"order={self.order}, context={self.context}",
        )
        _check(
            self.coverage or not self.coverage_loss,
            "`coverage_loss` is a weight of 0 or more, and needs `coverage=True`",
            f"coverage={self.coverage}, coverage_loss={self.coverage_loss}",
        )

    def _check_features(self) -> None:
        size, encoder = self.features_vocabulary_size, self.features_encoder
        _check(
            (encoder is None) == (size == 0),
            "`features_encoder` reads the last tokens of the source's vocabulary, of "
            "which `features_vocabulary_size` says how many they are, such as "
            "`len(tokenizer.features)`: the two go together",
            f"features_encoder={encoder!r}, features_vocabulary_size={size}",
        )
        _check(
            size <= self.source_vocabulary_size - SPECIAL_COUNT,
            "`features_vocabulary_size` counts some of the source's tokens, none of "
            "the special ones",
            f"source_vocabulary_size={self.source_vocabulary_size}, "
            f"features_vocabulary_size={size}",
        )
        _check(
            not self.attend_features
            or (self.attention is not None and encoder in ("linear", "recurrent")),
            "`attend_features=True` needs `attention`, and what it can look at for "
            'each feature: `features_encoder="linear"` or "recurrent"',
            f"attention={self.attention!r}, features_encoder={encoder!r}",
        )


def _check(holds: bool, rule: str, received: str) -> None:
    if not holds:
        raise InputError(f"{rule}. Received: {received}")
