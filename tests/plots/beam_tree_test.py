"""Tests of seq2seq_keras.plots.beam_tree."""

import importlib
import io
import itertools

import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.patches import PathPatch

from seq2seq_keras.errors import InputError
from seq2seq_keras.plots import plot_beam
from seq2seq_keras.translation import BeamNode, Hypothesis, Translation

beam_tree = importlib.import_module("seq2seq_keras.plots.beam_tree")

# "le chat" wins though "un" came first; "le <eos>" is second.
BEAM = (
    BeamNode("un", None, 0.5, -0.69),
    BeamNode("le", None, 0.4, -0.92),
    BeamNode("<eos>", 1, 0.3, -2.12, rank=1),
    BeamNode("homme", 0, 0.2, -2.3),
    BeamNode("chat", 1, 0.6, -1.43),
    BeamNode("<eos>", 4, 0.9, -1.53, rank=0),
)


def make_translation(beam, scores):
    hypotheses = tuple(
        Hypothesis("text", ("text",), score, np.ones(1)) for score in scores
    )
    return Translation("cat", ("cat", "<eos>"), hypotheses, beam)


def search(beam_width, steps, words, seed=0):
    """The tree of a beam search whose model is a dice."""
    generator = np.random.default_rng(seed)
    nodes, alive, ended = [], [None], []
    for step in range(steps):
        candidates = [
            (parent, generator.uniform(0.01, 0.9))
            for parent in alive
            for _ in range(beam_width)
        ]
        scores = [
            np.log(probability) + (0 if parent is None else nodes[parent].score)
            for parent, probability in candidates
        ]
        alive = []
        for choice in np.argsort(scores)[::-1][:beam_width]:
            parent, probability = candidates[choice]
            is_end = step == steps - 1 or generator.random() < 0.1
            token = "<eos>" if is_end else str(generator.choice(words))
            (ended if is_end else alive).append(len(nodes))
            nodes.append(BeamNode(token, parent, probability, scores[choice]))
        if not alive:
            break
    ended = sorted(ended, key=lambda end: -nodes[end].score)[:beam_width]
    for rank, end in enumerate(ended):
        nodes[end] = BeamNode(
            "<eos>", nodes[end].parent, nodes[end].probability, nodes[end].score, rank
        )
    return make_translation(tuple(nodes), [nodes[end].score for end in ended])


def test_a_column_for_each_step_and_the_best_translation_along_the_top(tmp_path):
    figure = plot_beam(make_translation(BEAM, [-0.51, -1.06]), tmp_path / "beam.svg")
    assert [text.get_text() for text in figure.texts] == ["Beam search"]
    (axes,) = figure.axes
    placed = {}
    for text in axes.texts:
        x, y = text.get_position()
        placed.setdefault(round(x, 6), []).append((round(y, 6), text.get_text()))
    columns = [
        [text for _, text in sorted(texts)] for _, texts in sorted(placed.items())
    ]
    assert columns == [
        ["1", "le", "0.40", "un", "0.50"],
        ["2", "chat", "0.60", "<eos>", "0.30", "#2  -1.06", "homme", "0.20"],
        ["3", "<eos>", "0.90", "#1  -0.51"],
    ]
    assert (tmp_path / "beam.svg").read_bytes().startswith(b"<?xml")


def test_the_best_is_strongest_and_what_was_given_up_is_faint():
    (axes,) = plot_beam(make_translation(BEAM, [-0.51, -1.06])).axes
    edges = [patch for patch in axes.patches if isinstance(patch, PathPatch)]
    assert len(edges) == len(BEAM)
    # un, le, <eos> of rank 1, homme, chat, <eos> of rank 0
    expected = [
        beam_tree._FAINT,
        beam_tree._BEST,
        beam_tree._KEPT,
        beam_tree._FAINT,
        beam_tree._BEST,
        beam_tree._BEST,
    ]
    assert [to_hex(edge.get_edgecolor()) for edge in edges] == expected
    # An edge starts at its parent and ends at its node.
    starts = [tuple(edge.get_path().vertices[0]) for edge in edges]
    ends = [tuple(edge.get_path().vertices[-1]) for edge in edges]
    assert starts == [starts[1], starts[0], ends[1], ends[0], ends[1], ends[4]]
    # The root and the best translation are level.
    assert {y for _, y in (starts[1], ends[1], ends[4], ends[5])} == {starts[0][1]}


@pytest.mark.parametrize("seed", range(10))
def test_branches_never_cross(seed):
    translation = search(4, 9, ["a"], seed)
    places = beam_tree._places(
        translation.beam, beam_tree._best_ranks(translation.beam)
    )
    assert len(set(places)) == len(places)
    edges = [
        (places[node.parent], place)
        for node, place in zip(translation.beam, places, strict=True)
        if node.parent is not None
    ]
    for (start, end), (other_start, other_end) in itertools.combinations(edges, 2):
        if start[0] == other_start[0]:
            assert (start[1] - other_start[1]) * (end[1] - other_end[1]) >= 0


def test_nothing_overlaps_with_five_beams_and_twenty_steps(hangul_font):
    words = ["학생입니다", "Straßenbahnhaltestelle", "œuvre", "a", "￭-il", r"$\frac$"]
    figure = plot_beam(search(5, 20, words))
    figure.savefig(io.BytesIO(), format="png", dpi="figure")
    (axes,) = figure.axes
    boxes = [(text.get_bbox_patch() or text).get_window_extent() for text in axes.texts]
    for box, other in itertools.combinations(boxes, 2):
        assert not box.overlaps(other)
    for box in boxes:
        assert box.x0 >= 0 and box.x1 <= figure.bbox.x1
        assert box.y0 >= 0 and box.y1 <= figure.bbox.y1


def test_a_search_without_its_tree_is_an_error_that_says_how_to_get_it():
    for beam in (None, ()):
        with pytest.raises(InputError, match=r"decode\(.*beam_width=5, trace=True\)"):
            plot_beam(make_translation(beam, [-1.0]))


def test_a_title_fits_above_the_smallest_tree(hangul_font):
    beam = (BeamNode("<eos>", None, 0.9, -0.1, rank=0),)
    figure = plot_beam(
        make_translation(beam, [-0.1]), title="트리로 그린 빔: i am a student"
    )
    figure.draw_without_rendering()
    (title,) = figure.texts
    box, whole = title.get_window_extent(), figure.bbox
    assert whole.x0 <= box.x0 and box.x1 <= whole.x1 and box.y1 <= whole.y1
