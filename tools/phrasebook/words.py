"""The records a lexicon entry is made of."""

import dataclasses

# Records are compared by identity (eq=False): that makes them cheap keys of caches.


@dataclasses.dataclass(frozen=True, eq=False)
class KoreanVerb:
    """A Korean verb or adjective in the polite style (해요체).

    Args:
        stem: What 지 않아요 is added to, e.g. "먹".
        polite: The form for most subjects, e.g. "먹어요".
        honorific: The form for subjects one honours, e.g. "드세요".
        honorific_stem: The stem of `honorific` if it is another word, e.g. "드시".
        negative: The negation where it is not `stem` and 지 않아요, e.g. "없어요".
        honorific_negative: The same for subjects one honours.
    """

    stem: str
    polite: str
    honorific: str
    honorific_stem: str = ""
    negative: str = ""
    honorific_negative: str = ""

    def conjugate(self, negative: bool, honorific: bool) -> str:
        """Returns the form for a polarity and a level of respect."""
        if not negative:
            return self.honorific if honorific else self.polite
        if honorific:
            stem = self.honorific_stem or self.stem
            return self.honorific_negative or f"{stem}지 않으세요"
        return self.negative or f"{self.stem}지 않아요"


@dataclasses.dataclass(frozen=True, eq=False)
class Noun:
    """A thing or a person.

    Args:
        english: Singular, which is also the name of the entry.
        english_plural: Plural, or "" for a mass noun.
        french: Singular.
        french_plural: Plural, or "" for a mass noun.
        gender: "m" or "f".
        korean: Without particle.
        counter: The Korean counter, or "" if numerals are left out.
        group: Which determiners suit it, a key of `DETERMINERS` of phrases.py.
        person: Whether the Korean plural is marked with 들.
        honored: Whether Korean verbs honour it as a subject.
    """

    english: str
    english_plural: str
    french: str
    french_plural: str
    gender: str
    korean: str
    counter: str = ""
    group: str = "thing"
    person: bool = False
    honored: bool = False


@dataclasses.dataclass(frozen=True, eq=False)
class Adjective:
    """A quality, as a predicate, inside a noun phrase, or both.

    Args:
        english: The word, which is also the name of the entry.
        french: Masculine and feminine singular, or one expression that never agrees
            ("en retard").
        korean: The predicate.
        attribute: The Korean form before a noun, or "" if it is predicate only.
        nouns: Names of the nouns it suits, separated by spaces; "" for people.
        before: Whether the French adjective stands before the noun.
        adults_only: Whether it is left out for children.
    """

    english: str
    french: tuple[str, ...]
    korean: KoreanVerb
    attribute: str = ""
    nouns: str = ""
    before: bool = False
    adults_only: bool = False


@dataclasses.dataclass(frozen=True, eq=False)
class Verb:
    """A transitive verb.

    Args:
        english: Infinitive without "to", and the name of the entry.
        third: The English third person singular.
        french: The six forms of the present tense.
        korean: The verb.
        objects: Names of the nouns it takes, separated by spaces.
        articles: "any"; "definite" if indefinite objects are left out; "generic" if
            an object without English article has the French definite one (j'aime
            les pommes); "none" if it has none (je parle français).
        adults_only: Whether it is left out for children.
    """

    english: str
    third: str
    french: tuple[str, ...]
    korean: KoreanVerb
    objects: str
    articles: str = "any"
    adults_only: bool = False


@dataclasses.dataclass(frozen=True, eq=False)
class Profession:
    """What somebody is; French has no article here (je suis étudiant).

    Args:
        english: Singular, and the name of the entry.
        english_plural: Plural.
        french: Masculine singular.
        french_feminine: Feminine singular.
        korean: Without particle.
        adults_only: Whether it is left out for children.
    """

    english: str
    english_plural: str
    french: str
    french_feminine: str
    korean: str
    adults_only: bool = True


@dataclasses.dataclass(frozen=True, eq=False)
class Place:
    """Where somebody is going.

    Args:
        english: With its article, if any; also the name of the entry.
        french: Without article.
        article: "le", "la", "l'", "les", or "" for a town; "en" for a feminine country.
        korean: Without particle.
    """

    english: str
    french: str
    article: str
    korean: str


@dataclasses.dataclass(frozen=True, eq=False)
class Subject:
    """Who or what a sentence is about.

    Args:
        name: The noun or pronoun, the same in singular and plural.
        english: As it stands in the sentence, e.g. "the men".
        french: As it stands in the sentence, e.g. "les hommes".
        korean: Without topic particle, e.g. "남자들".
        person: 0 to 5: je, tu, il, nous, vous, ils.
        gender: "m" or "f".
        plural: Whether nouns and adjectives agree in the plural.
        pronoun: Whether it is a pronoun.
        honored: Whether Korean honours it.
        adult: Whether adult life suits it.
        profession: Whether it may be said to be a student, a doctor and so on.
    """

    name: str
    english: str
    french: str
    korean: str
    person: int
    gender: str
    plural: bool
    pronoun: bool = False
    honored: bool = False
    adult: bool = True
    profession: bool = True
