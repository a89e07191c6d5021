"""Drawing one of the many ways to write a text in pieces.

SentencePiece draws too, but its generator cannot be made to repeat itself in another
process, and a seed must give the same training. So the two ways of drawing stand
here, on the pieces and scores of its models.
"""

import functools
import itertools
import math
import random

from seq2seq_keras.text.sentencepiece_model import BOUNDARY, import_optional


def draw_pieces(model, texts, *, alpha, seed):
    """Segments texts at random.

    Words are drawn apart: no piece spans two.

    Args:
        model: A serialized SentencePiece model, bytes.
        texts: List of normalized strings.
        alpha: See `SubwordTokenizer.sample_to_ragged`.
        seed: Integer. The same seed gives the same pieces for the same texts.

    Returns:
        A list of lists of pieces. Characters in a row that the model lacks are one.

    Raises:
        InputError: If sentencepiece is not installed.
    """
    messages = import_optional("sentencepiece.sentencepiece_model_pb2")
    model = messages.ModelProto.FromString(model)
    scores = {
        piece.piece: piece.score for piece in model.pieces if piece.type == piece.NORMAL
    }
    generator = random.Random(seed)
    if model.trainer_spec.model_type == model.trainer_spec.BPE:
        draw = functools.partial(_merge, scores, alpha, generator)
    else:
        draw = functools.partial(_walk, _Lattices(scores, alpha), generator)
    return [_draw_text(text, scores, draw) for text in texts]


def _draw_text(text, scores, draw):
    pieces: list[str] = []
    for word in text.replace(BOUNDARY, "_").split():
        runs = itertools.groupby(BOUNDARY + word, scores.__contains__)
        for known, characters in runs:
            run = "".join(characters)
            pieces += draw(run) if known else [run]
    return pieces


def _merge(scores, dropout, generator, run):
    """Algorithm 1 of BPE-dropout: in each step every merge is left out by chance."""
    pieces = list(run)
    while True:
        merges = [
            (-scores[merged], position)
            for position, merged in enumerate(map("".join, itertools.pairwise(pieces)))
            if merged in scores and generator.random() >= dropout
        ]
        if not merges:
            return pieces
        _, position = min(merges)
        pieces[position : position + 2] = ["".join(pieces[position : position + 2])]


def _walk(lattices, generator, run):
    """Backward sampling: from the end, each piece by the weight of what is before."""
    ways, end, pieces = lattices[run], len(run), []
    while end:
        starts, cumulative = ways[end]
        [start] = generator.choices(starts, cum_weights=cumulative)
        pieces.append(run[start:end])
        end = start
    return pieces[::-1]


class _Lattices(dict):
    """Forward filtering, once for each word: where the piece to each end may start."""

    def __init__(self, scores, alpha):
        self.alpha = alpha
        self.scores = scores
        self.longest = max(map(len, scores))

    def __missing__(self, run):
        # The logarithm of the weights of all ways to write run[:end].
        totals: list[float] = [0.0]
        ways: list[tuple] = [()]
        for end in range(1, len(run) + 1):
            starts = [
                start
                for start in range(max(0, end - self.longest), end)
                if run[start:end] in self.scores
            ]
            logs = [
                totals[start] + self.alpha * self.scores[run[start:end]]
                for start in starts
            ]
            largest = max(logs)
            cumulative = list(itertools.accumulate(math.exp(x - largest) for x in logs))
            totals.append(largest + math.log(cumulative[-1]))
            ways.append((starts, cumulative))
        self[run] = ways
        return ways
