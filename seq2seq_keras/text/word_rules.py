"""How a text falls into words, as rules that two languages of patterns can read.

They are written for RE2, which TensorFlow has. Where there is no TensorFlow they are
translated for Python's `re`, so they keep to what can be: no look-ahead, no flags.
"""

JOINER = "￭"  # U+FFED, which no script uses
# What `WordTokenizer` deletes of its tokens with spaces between them.
JOINED = f" ?{JOINER} ?"

_WORD = r"\pL\pM\pN_"
_CUT = "\x1f"  # marks a border between tokens; normalization leaves none in text
_END_OF_WORD = rf"([^{_WORD}]|$)"


def _either_case(pattern: str) -> str:
    """A pattern of small letters, and what stands for them, in small and capitals."""
    # As RE2 has it, where ſ (U+017F) is a small letter of S.
    folded = {"s": "[sSſ]"}
    return "".join(
        folded.get(c, f"[{c}{c.upper()}]") if c.isalpha() else c for c in pattern
    )


_ENGLISH_CLITIC = f"(['’](?:{_either_case('s|t|re|ve|ll|d|m')}))"
_FRENCH_CLITIC = "(-(?:{}-)?(?:{}))".format(
    _either_case("t"),
    _either_case(
        "je|tu|il|elle|on|nous|vous|ils|elles|ce|moi|toi|lui|leur|le|la|les|y|en|là|ci"
    ),
)
_ELISION = rf"([{_WORD}]['’])([{_WORD}])"
_TOKEN = "|".join(
    [
        rf"{_CUT}(?:['’]|-(?:t-)?)[{_WORD}]+",  # a clitic that an earlier step cut off
        r"\pN+(?:[.,]\pN+)+",  # 3.14 and 1,000
        rf"[{_WORD}]+(?:-[{_WORD}]+)*(?:['’]{_CUT})?",  # rendez-vous, l'
        r"\.+|!+|\?+|-+",
        rf"[^\s{_CUT}]",
    ]
)

# Patterns and what takes the place of a match, one after the other. RE2 has no
# look-ahead: a match eats the character behind it, so of two neighbours (I'd've,
# donne-le-moi) only pairs as such are found.
WORD_RULES = (
    (JOINER, "■"),
    *(
        rule
        for clitic in (_ENGLISH_CLITIC, _FRENCH_CLITIC)
        for rule in (
            (f"{clitic}{clitic}{_END_OF_WORD}", rf"{_CUT}\1{_CUT}\2\3"),
            (f"{clitic}{_END_OF_WORD}", rf"{_CUT}\1\2"),
        )
    ),
    *[(_ELISION, rf"\1{_CUT}\2")] * 2,
    (f"({_TOKEN})", rf"{_CUT}\1{_CUT}"),
    # Where white space already parts two tokens nothing needs a joiner.
    (rf"^{_CUT}+|{_CUT}+$", ""),
    (rf"{_CUT}* {_CUT}*", " "),
    (rf"{_CUT}+([^{_WORD}{_CUT}])", rf" {JOINER}\1"),
    (rf"{_CUT}+", f"{JOINER} "),
)
