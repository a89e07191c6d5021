"""Features before a source, in one string with it."""

from seq2seq_keras.errors import InputError

# In a source text any other tab is white space.
_END = "\t"
FEATURE_MARK = "￮"  # U+FFEE, which no script uses; before each feature
# What a copy of a source token writes that is none to copy. A space stands in no token
# beside other characters.
NOT_COPIED = "\tnot copied"


def join_features(features: str, source: str) -> str:
    r"""Puts features before a source, as `FeaturesTokenizer` reads them.

    One string holds both, so that pairs with features are split, batched, translated
    and served like any others.

    Args:
        features: String without a tab, such as `"V;PST"`; may be empty.
        source: String, such as a lemma.

    Returns:
        The features, a tab and the source.

    Raises:
        InputError: If the features hold a tab.

    Example:

    >>> join_features("V;PST", "go")
    'V;PST\tgo'
    >>> split_features("V;PST\tgo")
    ('V;PST', 'go')
    """
    if _END in features:
        raise InputError(
            f"Features end at a tab and cannot hold one. Received: {features!r}"
        )
    return f"{features}{_END}{source}"


def split_features(source: str) -> tuple[str, str]:
    r"""Parts what `join_features` joined.

    Args:
        source: String.

    Returns:
        The features, which are what stands before the first tab, and the rest. Without
        a tab there are no features: the first string is empty.

    Example:

    >>> split_features("V;PST\tgo"), split_features("go")
    (('V;PST', 'go'), ('', 'go'))
    """
    features, found, rest = source.partition(_END)
    return (features, rest) if found else ("", source)
