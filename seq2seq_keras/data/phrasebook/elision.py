"""How French words change before and after one another."""

# Every h of the lexicon is mute (homme, hôpital, hôtel, histoire).
_VOWELS = tuple("aàâeéèêëiîïoôuùûœh")
_ELIDED = {"je", "ne", "de", "le", "la", "que"}
_CONTRACTED = {"à le": "au", "à les": "aux", "de le": "du", "de les": "des"}


def starts_with_vowel(words):
    """Whether words start with a vowel sound.

    Args:
        words: French words.

    Returns:
        A boolean.
    """
    return words.startswith(_VOWELS)


def elide(word, words):
    """Puts a short word before others, with an apostrophe where they ask for it.

    Args:
        word: A word such as "je", "ne" or "la", or one that never elides.
        words: What follows.

    Returns:
        Both together.

    Example:
    >>> elide("je", "ai un livre"), elide("la", "pomme")
    ("j'ai un livre", 'la pomme')
    """
    if word in _ELIDED and starts_with_vowel(words):
        return f"{word[:-1]}'{words}"
    return f"{word} {words}"


def contract(preposition, article, words):
    """Puts a preposition and a definite article before words.

    Args:
        preposition: "à" or "de".
        article: "le", "la" or "les".
        words: What follows.

    Returns:
        All together.

    Example:
    >>> contract("à", "le", "marché"), contract("à", "la", "école")
    ('au marché', "à l'école")
    """
    if starts_with_vowel(words) and article != "les":
        return f"{preposition} {elide(article, words)}"
    both = f"{preposition} {article}"
    return f"{_CONTRACTED.get(both, both)} {words}"
