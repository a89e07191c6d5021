"""Labels of a picture: tokens as text, fonts that have it, places where to write it."""

import functools
import pathlib
import unicodedata
import warnings
from collections.abc import Collection, Iterable, Sequence
from typing import Any

import numpy as np

# The marks of words and of features are in hardly any font; these are in all.
_DRAWN_AS = {"￭": "▪", "￮": "▫", " ": "␣"}

# Plain faces of common families with Hangul; after them any font will do.
_PREFERRED = (
    "NanumGothic",
    "NotoSansCJK-Regular",
    "NotoSansKR-Regular",
    "NotoSansKR-VF",
    "malgun",
    "AppleSDGothicNeo",
    "AppleGothic",
)

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


def token_label(token: str) -> str:
    """How a token is drawn: what no font can show is spelled out."""
    return "".join(
        _DRAWN_AS.get(character)
        or (character if character.isprintable() else ascii(character)[1:-1])
        for character in token
    )


def label_width(label: str) -> int:
    """Width of a label in average Latin letters; Hangul takes up two."""
    return sum(
        0
        if unicodedata.combining(character)
        else 1 + (unicodedata.east_asian_width(character) in "WF")
        for character in label
    )


def fonts_for(labels: Iterable[str]) -> list[str]:
    """Names of installed fonts that together have every character of some labels.

    Those that matplotlib is set to come first, so that a picture only differs where it
    must.

    Args:
        labels: Iterable of strings.

    Returns:
        A list for matplotlib's `fontfamily`. A warning tells which package to install
        if a character is in none of the fonts.

    Example:

    >>> fonts_for(labels=["je suis étudiant"])
    ['sans-serif']

    ```python
    plt.rcParams["font.family"] = s2s.fonts_for(labels=["나는 학생입니다"])
    ```
    """
    from matplotlib.font_manager import FontProperties, findfont, fontManager

    families = list(FontProperties().get_family())
    missing: set[str] = set().union(*labels)
    for family in families:
        missing -= _characters(findfont(FontProperties(family=[family])))
    for path in _installed_fonts() if missing else ():
        found = missing & _characters(path)
        if found:
            # Its list is from an earlier day, perhaps from before the font was there.
            fontManager.addfont(path)
            families.append(_open(path).family_name)
            missing -= found
        if not missing:
            break
    if missing:
        warnings.warn(
            f"No installed font can draw {' '.join(sorted(missing)[:10])}. Install one "
            "that can: for Korean on Debian and Ubuntu `apt-get install fonts-nanum`, "
            "for Chinese and Japanese as well `apt-get install fonts-noto-cjk`.",
            stacklevel=2,
        )
    return families


def _installed_fonts() -> list[str]:
    from matplotlib.font_manager import findSystemFonts

    def rank(path: str) -> tuple[int, str]:
        stem = pathlib.Path(path).stem
        position = _PREFERRED.index(stem) if stem in _PREFERRED else len(_PREFERRED)
        return position, path

    return sorted(findSystemFonts(), key=rank)


@functools.cache
def _characters(path: str) -> frozenset[str]:
    try:
        font = _open(path)
    except (OSError, RuntimeError):  # a file that FreeType cannot read
        return frozenset()
    return frozenset(map(chr, font.get_charmap())) if font.scalable else frozenset()


def _open(path: str) -> Any:
    from matplotlib.ft2font import FT2Font

    return FT2Font(path)


def label_points(
    axes: Any, points: np.ndarray, labels: Sequence[str], **options: Any
) -> None:
    """Writes a label beside each point, where it covers the least.

    Labels are set one after another, each in the first of some places around its point
    that covers neither a point nor an earlier label, or else the least of them. The
    limits of the axes must not change any more; `options` are those of `Axes.annotate`.
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


def _put(text: Any, place: tuple[tuple[int, int], str, str]) -> None:
    offset, horizontal, vertical = place
    text.xyann = offset
    text.set(horizontalalignment=horizontal, verticalalignment=vertical)


def _cost(box: Any, taken: Collection, frame: Any) -> float:
    """The area that a label covers of others, and that it has outside the frame."""
    from matplotlib.transforms import Bbox

    shared = [Bbox.intersection(box, other) for other in taken]
    covered = sum(part.width * part.height for part in shared if part is not None)
    inside = Bbox.intersection(box, frame)
    area = box.width * box.height
    return covered + area - (inside.width * inside.height if inside else 0)
