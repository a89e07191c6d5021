"""The present tense of French verbs."""

_ENDINGS = {
    "er": ("e", "es", "e", "ons", "ez", "ent"),
    "ir": ("is", "is", "it", "issons", "issez", "issent"),
    "re": ("s", "s", "", "ons", "ez", "ent"),
}
_IRREGULAR = {
    "boire": ("bois", "bois", "boit", "buvons", "buvez", "boivent"),
    "lire": ("lis", "lis", "lit", "lisons", "lisez", "lisent"),
    "écrire": ("écris", "écris", "écrit", "écrivons", "écrivez", "écrivent"),
    "ouvrir": ("ouvre", "ouvres", "ouvre", "ouvrons", "ouvrez", "ouvrent"),
}


def conjugate(infinitive, weak="", nous=""):
    """Returns the present tense of a verb of the lexicon.

    Args:
        infinitive: The infinitive.
        weak: The stem before a silent ending where spelling changes it (achèt-).
        nous: The stem before -ons where spelling changes it (mange-, commenç-).

    Returns:
        The forms of je, tu, il, nous, vous and ils.

    Example:
    >>> conjugate("manger", nous="mange")[3], conjugate("vendre")[2]
    ('mangeons', 'vend')
    """
    if infinitive in _IRREGULAR:
        return _IRREGULAR[infinitive]
    stem, ending = infinitive[:-2], infinitive[-2:]
    stems = [weak or stem] * 3 + [nous or stem, stem, weak or stem]
    return tuple(map("".join, zip(stems, _ENDINGS[ending], strict=True)))
