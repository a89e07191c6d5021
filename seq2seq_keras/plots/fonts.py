"""Fonts that have the letters of a picture, Hangul above all."""

import functools
import pathlib
import warnings

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


def fonts_for(labels):
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
    missing = set().union(*labels)
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


def _installed_fonts():
    from matplotlib.font_manager import findSystemFonts

    def rank(path):
        stem = pathlib.Path(path).stem
        position = _PREFERRED.index(stem) if stem in _PREFERRED else len(_PREFERRED)
        return position, path

    return sorted(findSystemFonts(), key=rank)


@functools.cache
def _characters(path):
    try:
        font = _open(path)
    except (OSError, RuntimeError):  # a file that FreeType cannot read
        return frozenset()
    return frozenset(map(chr, font.get_charmap())) if font.scalable else frozenset()


def _open(path):
    from matplotlib.ft2font import FT2Font

    return FT2Font(path)
