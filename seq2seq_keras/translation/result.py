"""What `Translator.decode` returns for one text."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from seq2seq_keras.errors import InputError


def json_numbers(values: Any, digits: int | None = None) -> Any:
    """The numbers of an array for JSON, which has neither NaN nor infinity.

    Args:
        values: Array of floats, or a float.
        digits: Optional integer. Decimals to round to.

    Returns:
        Nested lists, or a float, with `None` for what is not finite.

    Example:

    >>> json_numbers(np.array([[0.25, np.nan]]))
    [[0.25, None]]
    >>> json_numbers(2 / 3, digits=3)
    0.667
    """
    numbers = np.asarray(values, dtype="float64")
    if digits is not None:
        numbers = np.round(numbers, digits)
    nothing = np.full_like(numbers, None, dtype=object)
    return np.where(np.isfinite(numbers), numbers, nothing).tolist()


@dataclasses.dataclass(frozen=True)
class Hypothesis:
    """One possible translation of a text.

    Attributes:
        text: String. The translation.
        tokens: Tuple of strings, `<eos>` last unless the length ran out.
        score: Float. What it is ranked by: the sum of the tokens' log-probabilities
            after length normalisation and penalties; with `rescore` that of two models,
            with `decision="mbr"` its expected utility.
        token_probabilities: float32 array, shape `(target_length,)`: the model's own
            probability of each token given those before it.
        attention: float32 array, shape `(target_length, source_length)`: the weights
            over the source when each token was written; `None` without attention.
        ended: Whether the last token is `<eos>`, and not where the length ran out.
        is_reversed: Whether the tokens were written from right to left, so that the
            first is the last of the text.

    Example:

    >>> Hypothesis("oui.", ("oui", "￭.", "<eos>"), -0.1, np.array([1, 0.9, 1])).text
    'oui.'
    """

    text: str
    tokens: tuple[str, ...]
    score: float
    token_probabilities: np.ndarray
    attention: np.ndarray | None = None
    ended: bool = True
    is_reversed: bool = False


@dataclasses.dataclass(frozen=True)
class BeamNode:
    """One token in the tree that a beam search grew.

    Attributes:
        token: String.
        parent: Position of the node before it in `Translation.beam`; `None` for the
            first token.
        probability: Float. The model's probability of the token after its parents.
        score: Float. The sum of the log-probabilities up to here.
        rank: Position in `Translation.hypotheses` of the hypothesis that ends here;
            `None` if none does.
    """

    token: str
    parent: int | None
    probability: float
    score: float
    rank: int | None = None


@dataclasses.dataclass(frozen=True)
class Translation:
    """A text with its translations, best first.

    Attributes:
        source: String. The text as the model read it.
        source_tokens: Tuple of strings with `<eos>` last; the columns of `attention`.
            Features come first, each with the mark `￮` before it.
        hypotheses: Tuple of `Hypothesis`, best first: the n-best list.
        beam: Tuple of `BeamNode`, parents before children, if the search was a beam
            search and its tree was asked for; otherwise `None`.

    Example:

    >>> best = Hypothesis("oui", ("oui", "<eos>"), -0.1, np.array([0.9, 1]))
    >>> other = Hypothesis("si", ("si", "<eos>"), -2.3, np.array([0.1, 1]))
    >>> result = Translation("yes", ("yes", "<eos>"), (best, other))
    >>> result.text, [hypothesis.score for hypothesis in result.hypotheses]
    ('oui', [-0.1, -2.3])
    """

    source: str
    source_tokens: tuple[str, ...]
    hypotheses: tuple[Hypothesis, ...]
    beam: tuple[BeamNode, ...] | None = None

    def ranked(
        self, hypotheses: Sequence[Hypothesis], ranks: Mapping[int, int]
    ) -> "Translation":
        """This translation with its hypotheses in another order, or fewer of them.

        Args:
            hypotheses: Sequence of `Hypothesis`, best first.
            ranks: Dictionary from the place that each had to the one it has now.

        Returns:
            A `Translation`, whose tree names the new places.
        """
        beam = self.beam
        if beam is not None:
            beam = tuple(
                node
                if node.rank is None
                else dataclasses.replace(node, rank=ranks.get(node.rank))
                for node in beam
            )
        return dataclasses.replace(self, hypotheses=tuple(hypotheses), beam=beam)

    @property
    def text(self) -> str:
        """The best translation."""
        return self.hypotheses[0].text

    @property
    def tokens(self) -> tuple[str, ...]:
        """Tokens of the best translation."""
        return self.hypotheses[0].tokens

    @property
    def score(self) -> float:
        """Score of the best translation."""
        return self.hypotheses[0].score

    @property
    def token_probabilities(self) -> np.ndarray:
        """Probabilities of the best translation's tokens."""
        return self.hypotheses[0].token_probabilities

    @property
    def attention(self) -> np.ndarray | None:
        """Attention weights of the best translation; `None` without attention."""
        return self.hypotheses[0].attention


def pharaoh_alignment(hypothesis: Hypothesis) -> str:
    """The source token each target token attended to most, in Pharaoh format.

    Of the source tokens, that is, without `<eos>`. A target token that attended to none
    of them, as those of a hard attention may, has no pair.

    Args:
        hypothesis: A `Hypothesis` of a model with attention.

    Returns:
        Pairs of source and target position, counted from 0 in the order of the texts:
        "0-0 2-1 1-2". `<eos>` is left out on both sides.

    Raises:
        InputError: If the model has no attention.
    """
    if hypothesis.attention is None:
        raise InputError(
            "There are no alignments without attention: train a model with "
            '`attention="luong"`, `"bahdanau"` or `"hard"`.'
        )
    # The last column is the end of the source, the last row that of the target.
    words = hypothesis.attention[: -1 if hypothesis.ended else None, :-1]
    if hypothesis.is_reversed:
        words = words[::-1]
    return " ".join(
        f"{row.argmax()}-{target}" for target, row in enumerate(words) if row.any()
    )


def best_texts(texts: list[str], outputs: dict[str, np.ndarray]) -> list[str]:
    """The best translations alone, of what `make_translations` reads."""
    best = outputs["translations"][:, 0]
    return [text.decode("utf-8") for text in best]


def make_translations(
    texts: list[str],
    outputs: dict[str, np.ndarray],
    *,
    trace: bool = False,
    is_reversed: bool = False,
) -> list[Translation]:
    """Reads the arrays that a graph of `TranslationGraph` put out, a row for each text.

    With `trace` the tree of a beam search is kept. `is_reversed` says that the model
    writes from right to left.
    """
    translations = []
    for number, text in enumerate(texts):
        row = {name: array[number] for name, array in outputs.items()}
        source_tokens = _strings(row["source_tokens"])
        translations.append(
            Translation(
                source=text,
                source_tokens=source_tokens,
                hypotheses=_hypotheses(row, len(source_tokens), is_reversed),
                beam=_beam(row) if trace and "trace_parents" in row else None,
            )
        )
    return translations


def _strings(tokens: np.ndarray) -> tuple[str, ...]:
    """Tokens without padding, which is an empty string."""
    return tuple(token.decode("utf-8") for token in tokens if token)


def _hypotheses(
    row: dict[str, Any], source_length: int, is_reversed: bool
) -> tuple[Hypothesis, ...]:
    hypotheses = []
    for rank, score in enumerate(row["scores"]):
        # There may be fewer than were asked for, but one at least.
        if rank and not np.isfinite(score):
            break
        tokens = _strings(row["tokens"][rank])
        attention = row.get("attention")
        if attention is not None:
            attention = attention[rank, : len(tokens), :source_length]
        hypotheses.append(
            Hypothesis(
                text=row["translations"][rank].decode("utf-8"),
                tokens=tokens,
                score=float(score),
                token_probabilities=np.exp(
                    row["log_probabilities"][rank, : len(tokens)]
                ),
                attention=attention,
                ended=bool(row["ended"][rank]),
                is_reversed=is_reversed,
            )
        )
    return tuple(hypotheses)


def _beam(row: dict[str, Any]) -> tuple[BeamNode, ...]:
    """The tree: what lived at each step, and the last tokens of the hypotheses."""
    nodes: list[BeamNode] = []
    places: dict[tuple[int, int], int] = {}  # of what lived after a step

    def add(
        step: int,
        parent: int,
        token: bytes,
        log_probability: float,
        rank: int | None = None,
    ) -> int:
        above = places.get((step - 1, parent))
        total = nodes[above].score if above is not None else 0.0
        nodes.append(
            BeamNode(
                token=token.decode("utf-8"),
                parent=above,
                probability=float(np.exp(log_probability)),
                score=total + float(log_probability),
                rank=rank,
            )
        )
        return len(nodes) - 1

    valid = np.flatnonzero(np.isfinite(row["scores"]))
    ends = {rank: int(row["trace_end_steps"][rank]) for rank in valid}
    for step in range(max(ends.values(), default=-1) + 1):
        for beam, parent in enumerate(row["trace_parents"][step]):
            rooted = step == 0 or (step - 1, int(parent)) in places
            if rooted and row["trace_is_alive"][step, beam]:
                token = row["trace_token_ids"][step, beam]
                log_probability = row["trace_log_probabilities"][step, beam]
                places[step, beam] = add(step, int(parent), token, log_probability)
        for rank in (rank for rank, end in ends.items() if end == step):
            parent = int(row["trace_end_parents"][rank])
            last = len(_strings(row["tokens"][rank])) - 1
            token = row["tokens"][rank, last]
            log_probability = row["log_probabilities"][rank, last]
            add(step, parent, token, log_probability, rank=int(rank))
    return tuple(nodes)
