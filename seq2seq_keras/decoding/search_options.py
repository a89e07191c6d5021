"""Every option of a search that is settled before it starts."""

import dataclasses
import difflib
from collections.abc import Callable, Iterable
from typing import Any, Literal

from seq2seq_keras.errors import InputError
from seq2seq_keras.options import check_options, documented, option

_WU = "[Wu et al., 2016](https://arxiv.org/abs/1609.08144), equation 14"
_HOLTZMAN = "[Holtzman et al., 2020](https://arxiv.org/abs/1904.09751)"
_KESKAR = "[Keskar et al., 2019](https://arxiv.org/abs/1909.05858)"
_FAN = "[Fan et al., 2018](https://arxiv.org/abs/1805.04833)"
_PAULUS = "[Paulus et al., 2018](https://arxiv.org/abs/1705.04304)"
_VIJAYAKUMAR = "[Vijayakumar et al., 2018](https://arxiv.org/abs/1610.02424)"
_KUMAR = "[Kumar and Byrne, 2004](https://aclanthology.org/N04-1022)"
_TROMBLE = "[Tromble et al., 2008](https://aclanthology.org/D08-1065)"
_EIKEMA = "[Eikema and Aziz, 2020](https://arxiv.org/abs/2005.10283)"
_LUONG = "[Luong et al., 2015](https://arxiv.org/abs/1410.8206)"


@documented
@dataclasses.dataclass(frozen=True)
class SearchOptions:
    """How a translation is searched for; the options of `Translator.translate`.

    Lengths are in target tokens and count `<eos>`.

    Args:
        {options}

    Raises:
        InputError: If an option is out of its range.

    Example:

    >>> SearchOptions(beam_width=5, n_best=2).replace(n_best=5).n_best
    5

    Reference:
        {papers}
    """

    max_length: int = option(
        200, "The most tokens of a translation.", minimum=1, maximum=10**6
    )
    max_length_ratio: float | None = option(
        None,
        "The most tokens for each token of the source, `<eos>` of both aside; the "
        "smaller of the two limits holds.",
        minimum=0,
        maximum=1000,
    )
    min_length: int = option(
        0, "The fewest tokens of a translation.", minimum=0, maximum=10**6
    )
    min_length_ratio: float = option(
        0.0,
        "The fewest tokens for each token of the source; the larger of the two limits "
        "holds.",
        minimum=0,
        maximum=1000,
    )
    beam_width: int = option(
        1,
        "How many hypotheses are kept at each step. 1 is greedy search: the likeliest "
        "token at every step.",
        minimum=1,
        maximum=10**4,
    )
    n_best: int = option(
        1,
        "How many translations are returned for each source, at most `beam_width`; "
        "when sampling, how many are drawn.",
        minimum=1,
        maximum=10**4,
    )
    distinct_texts: bool = option(
        True,
        "Whether the translations of a beam differ as texts, of which there may be "
        "fewer; else as tokens, which can spell one text in several ways.",
    )
    beam_groups: int = option(
        1,
        "How many groups the hypotheses of a beam form, which choose one after the "
        "other; `beam_width` is a multiple of it.",
        minimum=1,
        maximum=10**4,
        paper=_VIJAYAKUMAR,
    )
    diversity_penalty: float = option(
        0.5,
        "How much further down a token is for a group, for each hypothesis of the "
        "groups before it that has just written it.",
        minimum=0,
        maximum=1000,
        paper=_VIJAYAKUMAR,
    )
    length_normalization: Literal["average", "gnmt", "none"] = option(
        "average",
        "What divides the sum of log-probabilities, which falls with every token: "
        '"average" (`length ** length_penalty`), "gnmt" (`((5 + length) / 6) ** '
        'length_penalty`) or "none".',
        paper=_WU,
    )
    length_penalty: float = option(
        1.0,
        "The exponent of `length_normalization`; the larger, the longer the "
        "translations.",
        minimum=0,
        maximum=5,
    )
    coverage_penalty: float = option(
        0.0,
        "Weight of GNMT's penalty on source tokens that got little attention; needs a "
        "model with attention and a beam.",
        minimum=0,
        maximum=1000,
        paper=_WU,
    )
    block_ngrams: int = option(
        0,
        "No sequence of so many tokens occurs twice; 0 for no such rule.",
        minimum=0,
        maximum=100,
        paper=_PAULUS,
    )
    repetition_penalty: float = option(
        1.0,
        "The log-probabilities of tokens that were written before are multiplied by "
        "it.",
        minimum=1,
        maximum=1000,
        paper=_KESKAR,
    )
    sample: bool = option(
        False, "Whether tokens are drawn at random and not searched for."
    )
    temperature: float = option(
        1.0,
        "Divides the logits before drawing: below 1 for likelier tokens, above 1 for "
        "more variety.",
        minimum=1e-6,
        maximum=10**6,
    )
    top_k: int = option(
        0,
        "Draws among the likeliest so many tokens; 0 for all.",
        minimum=0,
        maximum=10**7,
        paper=_FAN,
    )
    top_p: float = option(
        1.0,
        "Draws among the likeliest tokens that together have this probability.",
        minimum=1e-6,
        maximum=1,
        paper=_HOLTZMAN,
    )
    decision: Literal["map", "mbr"] = option(
        "map",
        "Which of the translations found is the best: the likeliest (maximum a "
        "posteriori), or the one that is expected to be the most like all others "
        "(minimum Bayes risk). The others are those of the beam, by their "
        "probabilities, or what was drawn; an ensemble looks at what each of its "
        "models proposes.",
        paper=(_KUMAR, _EIKEMA),
    )
    utility: Literal["chrf", "bleu", "symbol_error_rate", "exact_match"] = option(
        "chrf",
        'How `decision="mbr"` measures likeness: by a score of sacreBLEU for one '
        "sentence, by the edits per token of the other, or by whether texts are equal. "
        "BLEU splits as `13a` does: texts without spaces are one word.",
    )
    posterior_scale: float = option(
        1.0,
        "The power of the probabilities of a beam's hypotheses before they become "
        'shares of one in `decision="mbr"`: below 1, those of a model that is too sure '
        "come closer to each other.",
        minimum=0,
        maximum=100,
        paper=_TROMBLE,
    )
    candidates: int = option(
        64,
        'How many translations `decision="mbr"` draws to choose from; of a beam it '
        "takes all.",
        minimum=1,
        maximum=10**4,
    )
    replace_unknown: bool = option(
        False,
        "Whether `<unk>` in a translation becomes the source token that got most "
        "attention; needs a model with attention.",
        paper=_LUONG,
    )

    def __post_init__(self) -> None:
        check_options(self)
        if self.sample and self.beam_width > 1:
            raise InputError(
                "Sampling keeps one hypothesis: `n_best` says how many to draw. "
                f"Received: sample=True, beam_width={self.beam_width}"
            )
        if self.sample and self.decision == "mbr" and self.n_best > self.candidates:
            raise InputError(
                "The n best are chosen among what was drawn, so `n_best` can be no "
                f"larger. Received: n_best={self.n_best}, candidates={self.candidates}"
            )
        if self.beam_width % self.beam_groups:
            raise InputError(
                "Groups of a beam have as many hypotheses each, so `beam_width` must "
                "be a multiple of `beam_groups`. Received: beam_width="
                f"{self.beam_width}, beam_groups={self.beam_groups}"
            )
        if not self.sample and self.n_best > self.beam_width:
            raise InputError(
                "A beam holds `beam_width` hypotheses, so `n_best` can be no larger. "
                f"Received: n_best={self.n_best}, beam_width={self.beam_width}"
            )

    def replace(self, **changes: Any) -> "SearchOptions":
        """These options with some changed.

        Args:
            **changes: New values by name.

        Returns:
            `SearchOptions`.

        Raises:
            InputError: If there is no such option, or a value is out of its range.

        Example:

        >>> SearchOptions().replace(beam_width=5, n_best=2).n_best
        2
        """
        for name in changes:
            if name not in type(self).__dataclass_fields__:
                names = list(type(self).__dataclass_fields__)
                near = difflib.get_close_matches(name, names, 1)
                hint = f" Did you mean `{near[0]}`?" if near else ""
                raise InputError(
                    f"There is no search option `{name}`.{hint} The options are: "
                    f"{', '.join(names)}."
                )
        # What is inherited gives way to what is asked for.
        if changes.get("sample"):
            changes.setdefault("beam_width", 1)
            changes.setdefault("beam_groups", 1)
        elif "beam_width" in changes or "sample" in changes:
            self._give_way(changes)
        return dataclasses.replace(self, **changes)

    def _give_way(self, changes: dict[str, Any]) -> None:
        """Adds what a beam, or no more sampling, makes of the other options."""
        width = changes.get("beam_width", self.beam_width)
        if not isinstance(width, int):
            return  # It is refused, as any number out of its range.
        if width > 1:
            changes.setdefault("sample", False)
        if not changes.get("sample", self.sample):
            changes.setdefault("n_best", min(self.n_best, max(width, 1)))
        if width % self.beam_groups:
            changes.setdefault("beam_groups", 1)

    def check_effect(self, asked: Iterable[str]) -> None:
        """Refuses what was asked for and would do nothing beside the other options.

        What a translator was saved with may wait for a beam or for sampling; what one
        call asks for may not.

        Args:
            asked: Names of options.

        Raises:
            InputError: For the first that does nothing.
        """
        changed = [
            field.name
            for field in dataclasses.fields(self)
            if field.name in asked and getattr(self, field.name) != field.default
        ]
        for name in changed:
            needs, has_it = _NEEDS.get(name, ("", lambda options: True))
            if not has_it(self):
                raise InputError(
                    f"`{name}` does nothing without {needs}. "
                    f"Received: {name}={getattr(self, name)}"
                )
        if {"min_length", "max_length"} & {*changed} and (
            self.min_length > self.max_length
        ):
            raise InputError(
                "`min_length` can be no more than `max_length`. Received: "
                f"min_length={self.min_length}, max_length={self.max_length}"
            )

    @property
    def length_terms(self) -> tuple[float, float]:
        """What divides a score, as two numbers `(offset, exponent)`.

        It is `((offset + length) / (offset + 1)) ** exponent`.
        """
        offset = 5.0 if self.length_normalization == "gnmt" else 0.0
        is_divided = self.length_normalization != "none"
        return offset, float(self.length_penalty) if is_divided else 0.0

    @property
    def width(self) -> int:
        """How many hypotheses of a text there are at once."""
        drawn = self.candidates if self.decision == "mbr" else self.n_best
        return drawn if self.sample else self.beam_width

    def describe(self) -> str:
        """How it is searched, in words, to stand beside a score.

        Returns:
            A string.

        Example:

        >>> SearchOptions(beam_width=5, block_ngrams=3).describe()
        'beam search, beam_width=5, block_ngrams=3'
        """
        name = "beam search" if self.beam_width > 1 else "greedy search"
        fields = dataclasses.fields(self)
        changed = [
            f"{field.name}={getattr(self, field.name)}"
            for field in fields
            if getattr(self, field.name) != field.default
            and field.name not in ("max_length", "n_best", "sample")
        ]
        return ", ".join(["sampling" if self.sample else name, *changed])


# Options that work only where others have a certain value.
_NEEDS: dict[str, tuple[str, Callable[[SearchOptions], bool]]] = {
    "coverage_penalty": ("a `beam_width` of 2 or more", lambda o: o.beam_width > 1),
    **dict.fromkeys(
        ("temperature", "top_k", "top_p"), ("`sample`", lambda o: o.sample)
    ),
    "decision": (
        "a `beam_width` of 2 or more, or `sample`",
        lambda o: o.beam_width > 1 or o.sample,
    ),
    "diversity_penalty": (
        "`beam_groups` of 2 or more",
        lambda o: o.beam_groups > 1,
    ),
    "utility": ('`decision="mbr"`', lambda o: o.decision == "mbr"),
    "posterior_scale": (
        '`decision="mbr"` with a beam',
        lambda o: o.decision == "mbr" and not o.sample,
    ),
    "candidates": (
        '`decision="mbr"` and `sample`',
        lambda o: o.decision == "mbr" and o.sample,
    ),
    "length_penalty": (
        "a `length_normalization`",
        lambda o: o.length_normalization != "none",
    ),
}
