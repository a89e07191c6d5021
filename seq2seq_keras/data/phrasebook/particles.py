"""The Korean particles that follow the sound of the word before them."""

_FIRST_SYLLABLE, _LAST_SYLLABLE, _FINAL_COUNT = 0xAC00, 0xD7A3, 28
# After a consonant, after a vowel.
_PARTICLES = {
    "topic": ("은", "는"),
    "subject": ("이", "가"),
    "object": ("을", "를"),
    "copula": ("이에요", "예요"),
    "honorific copula": ("이세요", "세요"),
}


def has_final_consonant(word):
    """Whether the last syllable of a word ends in a consonant.

    Syllables are numbered so that the final consonant is the remainder of 28.

    Args:
        word: A word that ends in a Hangul syllable.

    Returns:
        A boolean.

    Raises:
        ValueError: If the word does not end in a Hangul syllable.

    Example:
    >>> has_final_consonant("책"), has_final_consonant("사과")
    (True, False)
    """
    point = ord(word[-1])
    if not _FIRST_SYLLABLE <= point <= _LAST_SYLLABLE:
        raise ValueError(
            f"`word` must end in a Hangul syllable. Received: word={word!r}"
        )
    return (point - _FIRST_SYLLABLE) % _FINAL_COUNT > 0


def attach(word, particle):
    """Adds a particle to a word.

    Args:
        word: A word that ends in a Hangul syllable.
        particle: "topic", "subject", "object", "copula" or "honorific copula".

    Returns:
        The word with the particle.

    Example:
    >>> attach("책", "object"), attach("사과", "object")
    ('책을', '사과를')
    """
    after_consonant, after_vowel = _PARTICLES[particle]
    return word + (after_consonant if has_final_consonant(word) else after_vowel)
