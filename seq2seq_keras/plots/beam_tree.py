"""The tree of a beam search as a picture."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seq2seq_keras.errors import InputError
from seq2seq_keras.plots.labels import fonts_for, label_width, token_label

if TYPE_CHECKING:
    from seq2seq_keras.plots.figure import Figure

Point = tuple[float, float]
_LETTER, _GAP, _ROW = 0.085, 0.55, 0.72  # inches
_LEFT, _TOP = 0.12, 0.85  # where the tree starts
_BEST, _KEPT, _FAINT = "#0b4f9e", "#5b93d3", "#c4c4c4"
_FAINT_TEXT = "#6b6b6b"


def plot_beam(
    result: Any, path: str | Path | None = None, *, title: str = "Beam search"
) -> "Figure":
    """Draws which beginnings a beam search pursued and which it gave up.

    Args:
        result: A `Translation` that holds its `beam`.
        path: Optional. Where to save the picture; the suffix names the format.
        title: String.

    Returns:
        A `matplotlib.figure.Figure`: a column for each step from left to right, a box
        for each token with its probability below. The best translation runs along the
        top, in the strongest colour; every translation of the n-best list ends with
        its rank and score.

    Raises:
        InputError: If the search kept no tree, or the suffix of `path` names no
            format.

    Example:

    >>> from seq2seq_keras.translation import BeamNode, Hypothesis, Translation
    >>> best = Hypothesis("oui", ("oui",), -0.1, [0.9])
    >>> beam = (BeamNode("oui", None, 0.9, -0.1, 0), BeamNode("si", None, 0.1, -2.3))
    >>> figure = plot_beam(Translation("yes", ("yes",), (best,), beam))
    >>> [text.get_text() for text in figure.axes[0].texts]
    ['1', 'oui', '0.90', '#1  -0.10', 'si', '0.10']
    """
    from seq2seq_keras.plots.figure import Figure

    if not result.beam:
        raise InputError(
            "The translation holds no beam to draw. Ask for it: "
            "`translator.decode(texts, beam_width=5, trace=True)`."
        )
    labels = [token_label(node.token) for node in result.beam]
    ranks = _best_ranks(result.beam)
    places = _places(result.beam, ranks)
    steps = 1 + max(step for step, _ in places)
    xs, width = _columns(labels, places, steps)
    width = max(width, 2 * _LEFT + 1.2 * _LETTER * label_width(title))
    height = _ROW * (1 + max(row for _, row in places)) + 0.65
    root = (_LEFT, _TOP)
    # One unit of the axes is an inch, so that boxes fit their columns.
    figure = Figure(figsize=(width, height))
    axes = figure.add_axes((0, 0, 1, 1), xlim=(0, width), ylim=(height, 0))
    axes.set_axis_off()
    figure.text(
        _LEFT / width,
        1 - 0.25 / height,
        title,
        fontfamily=fonts_for([title]),
        parse_math=False,
    )
    axes.plot(*root, "o", color=_BEST, markersize=6)
    for step in range(steps):
        axes.text(xs[step], 0.5, str(step + 1), color=_FAINT_TEXT, size=8, ha="center")
    points = [(xs[step], _TOP + _ROW * row) for step, row in places]
    fonts = fonts_for(labels)
    for position, node in enumerate(result.beam):
        start = root if node.parent is None else points[node.parent]
        _draw_edge(axes, start, points[position], ranks[position])
        _draw_node(
            axes, points[position], node, labels[position], fonts, ranks[position]
        )
        if node.rank is not None:
            score = result.hypotheses[node.rank].score
            _draw_end(axes, points[position], node.rank, score)
    return figure.saved(path)


def _best_ranks(nodes: Sequence[Any]) -> list[float]:
    """The best rank among the hypotheses through each node; infinite for none."""
    ranks = [float("inf") if node.rank is None else node.rank for node in nodes]
    # Children stand after their parents.
    for node, rank in zip(reversed(nodes), reversed(ranks), strict=True):
        if node.parent is not None:
            ranks[node.parent] = min(ranks[node.parent], rank)
    return ranks


def _places(nodes: Sequence[Any], ranks: list[float]) -> list[tuple[int, int]]:
    """A pair (step, row) for each node, so that no two branches cross."""
    children: dict[int | None, list[int]] = {None: []}
    steps: list[int] = []
    for position, node in enumerate(nodes):
        steps.append(0 if node.parent is None else steps[node.parent] + 1)
        children[position] = []
        children[node.parent].append(position)
    filled = [0] * (1 + max(steps))
    rows = [0] * len(nodes)
    # Depth first, better branches first; a stack, since a sentence may be long.
    stack: list[int | None] = [None]
    while stack:
        node = stack.pop()
        if node is not None:
            rows[node] = filled[steps[node]]
            filled[steps[node]] += 1
        best_last: list[int] = sorted(
            children[node],
            key=lambda child: (ranks[child], -nodes[child].score),
            reverse=True,
        )
        stack += best_last
    return list(zip(steps, rows, strict=True))


def _columns(
    labels: list[str], places: list[tuple[int, int]], steps: int
) -> tuple[list[float], float]:
    """The middle of each column and the width of all, in inches."""
    widths = [0.0] * steps
    for label, (step, _) in zip(labels, places, strict=True):
        # Ten letters are what rank and score take.
        widths[step] = max(widths[step], _LETTER * max(7, label_width(label)))
    xs, right = [], _LEFT
    for width in widths:
        xs.append(right + _GAP + width / 2)
        right += _GAP + width
    return xs, right + 0.3


def _colour(rank: float, otherwise: str, kept: str = _KEPT) -> str:
    if rank == 0:
        return _BEST
    return otherwise if rank == float("inf") else kept


def _draw_edge(axes: Any, start: Point, end: Point, rank: float) -> None:
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    middle = (start[0] + end[0]) / 2
    points = [start, (middle, start[1]), (middle, end[1]), end]
    edge = Path(points, [Path.MOVETO] + 3 * [Path.CURVE4])
    width = {0: 2.5, float("inf"): 0.8}.get(rank, 1.6)
    colour = _colour(rank, _FAINT)
    axes.add_patch(PathPatch(edge, fill=False, edgecolor=colour, linewidth=width))


def _draw_node(
    axes: Any, point: Point, node: Any, label: str, fonts: list[str], rank: float
) -> None:
    colour = _colour(rank, _FAINT)
    axes.text(
        *point,
        label,
        color="white" if rank == 0 else _colour(rank, _FAINT_TEXT, kept=_BEST),
        size=10,
        ha="center",
        va="center",
        fontfamily=fonts,
        parse_math=False,
        bbox={
            "boxstyle": "round,pad=0.3",
            "facecolor": colour if rank == 0 else "white",
            "edgecolor": colour,
        },
    )
    axes.text(
        point[0],
        point[1] + 0.25,
        f"{node.probability:.2f}",
        color=_FAINT_TEXT,
        size=8,
        ha="center",
        va="center",
    )


def _draw_end(axes: Any, point: Point, rank: int, score: float) -> None:
    axes.text(
        point[0],
        point[1] + 0.4,
        f"#{rank + 1}  {score:.2f}",
        color=_BEST,
        weight="bold" if rank == 0 else "normal",
        size=8,
        ha="center",
        va="center",
    )
