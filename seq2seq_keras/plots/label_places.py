"""Where to write the names of points so that they can be read."""

# Places around a point, in points of type, best first, and how a label is aligned.
_PLACES = [
    ((5, 0), "left", "center"),
    ((-5, 0), "right", "center"),
    ((0, 5), "center", "bottom"),
    ((0, -5), "center", "top"),
    ((4, 4), "left", "bottom"),
    ((-4, 4), "right", "bottom"),
    ((4, -4), "left", "top"),
    ((-4, -4), "right", "top"),
    # Farther off, for a crowd.
    ((12, 12), "left", "bottom"),
    ((-12, 12), "right", "bottom"),
    ((12, -12), "left", "top"),
    ((-12, -12), "right", "top"),
    ((0, 20), "center", "bottom"),
    ((0, -20), "center", "top"),
]
_POINT = 3  # pixels that a point takes up on each side


def label_points(axes, points, labels, **options):
    """Writes a label beside each point, where it covers the least.

    Labels are set one after another, each in the first of some places around its
    point that covers neither a point nor an earlier label, or else the least of them.

    Args:
        axes: matplotlib's axes, with limits that will not change any more.
        points: Array of shape `(points, 2)`.
        labels: List of strings.
        **options: Further arguments of `Axes.annotate`.
    """
    from matplotlib.transforms import Bbox

    axes.figure.draw_without_rendering()
    centres = axes.transData.transform(points)  # in pixels
    taken = [
        Bbox.from_extents(x - _POINT, y - _POINT, x + _POINT, y + _POINT)
        for x, y in centres
    ]
    frame = axes.get_window_extent()
    for number, (point, label) in enumerate(zip(points, labels, strict=True)):
        text = axes.annotate(
            label, point, xytext=(0, 0), textcoords="offset points", **options
        )
        others = [box for row, box in enumerate(taken) if row != number]
        costs = []
        for place in _PLACES:
            _put(text, place)
            costs.append(_cost(text.get_window_extent(), others, frame))
        _put(text, _PLACES[costs.index(min(costs))])
        taken.append(text.get_window_extent())


def _put(text, place):
    offset, horizontal, vertical = place
    text.xyann = offset
    text.set(horizontalalignment=horizontal, verticalalignment=vertical)


def _cost(box, taken, frame):
    """The area that a label covers of others, and that it has outside the frame."""
    from matplotlib.transforms import Bbox

    shared = [Bbox.intersection(box, other) for other in taken]
    covered = sum(part.width * part.height for part in shared if part is not None)
    inside = Bbox.intersection(box, frame)
    area = box.width * box.height
    return covered + area - (inside.width * inside.height if inside else 0)
