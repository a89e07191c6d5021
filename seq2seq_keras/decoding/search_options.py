"""Every option of a search that is settled before it starts."""

import dataclasses
import difflib
from typing import Literal

import numpy as np

from seq2seq_keras.errors import InputError, check_choice

_RANGES = {
    "max_length": (1, None),
    "max_length_ratio": (0, None),
    "min_length": (0, None),
    "min_length_ratio": (0, None),
    "beam_width": (1, None),
    "n_best": (1, None),
    "length_penalty": (0, None),
    "coverage_penalty": (0, None),
    "block_ngrams": (0, None),
    "repetition_penalty": (1, None),
    "temperature": (1e-6, None),
    "top_k": (0, None),
    "top_p": (1e-6, 1),
}


@dataclasses.dataclass(frozen=True)
class SearchOptions:
    """How a translation is searched for; the options of `Translator.translate`.

    Lengths are in target tokens and count `<eos>`.

    Args:
        max_length: Integer. The most tokens of a translation.
        max_length_ratio: Optional float. The most tokens for each token of the
            source, `<eos>` of both aside; the smaller of the two limits holds.
        min_length: Integer. The fewest tokens of a translation.
        min_length_ratio: Float. The fewest tokens for each token of the source; the
            larger of the two limits holds.
        beam_width: Integer. How many hypotheses are kept at each step. 1 is greedy
            search: the likeliest token at every step.
        n_best: Integer. How many translations are returned for each source, at most
            `beam_width`; when sampling, how many are drawn.
        length_normalization: What divides the sum of log-probabilities, which falls
            with every token: "average" (`length ** length_penalty`), "gnmt"
            (`((5 + length) / 6) ** length_penalty`) or "none".
        length_penalty: Float, 0 or more. The exponent; the larger, the longer the
            translations.
        coverage_penalty: Float. Weight of GNMT's penalty on source tokens that got
            little attention; needs a model with attention and a beam.
        block_ngrams: Integer. No sequence of so many tokens occurs twice; 0 for no
            such rule.
        repetition_penalty: Float, 1 or more. The log-probabilities of tokens that
            were written before are multiplied by it.
        sample: Whether tokens are drawn at random and not searched for.
        temperature: Float. Divides the logits before drawing: below 1 for likelier
            tokens, above 1 for more variety.
        top_k: Integer. Draws among the likeliest so many tokens; 0 for all.
        top_p: Float. Draws among the likeliest tokens that together have this
            probability.
        replace_unknown: Whether `<unk>` in a translation becomes the source token
            that got most attention; needs a model with attention.

    Raises:
        InputError: If an option is out of its range.

    Example:

    >>> SearchOptions(beam_width=5, n_best=2).replace(n_best=5).n_best
    5

    Reference:
        - [Wu et al., 2016](https://arxiv.org/abs/1609.08144), equation 14:
          "gnmt" and `coverage_penalty`.
        - [Holtzman et al., 2020](https://arxiv.org/abs/1904.09751): `top_p`.
        - [Keskar et al., 2019](https://arxiv.org/abs/1909.05858):
          `repetition_penalty`.
        - [Luong et al., 2015](https://arxiv.org/abs/1410.8206): `replace_unknown`.
    """

    max_length: int = 200
    max_length_ratio: float | None = None
    min_length: int = 0
    min_length_ratio: float = 0.0
    beam_width: int = 1
    n_best: int = 1
    length_normalization: Literal["average", "gnmt", "none"] = "average"
    length_penalty: float = 1.0
    coverage_penalty: float = 0.0
    block_ngrams: int = 0
    repetition_penalty: float = 1.0
    sample: bool = False
    temperature: float = 1.0
    top_k: int = 0
    top_p: float = 1.0
    replace_unknown: bool = False

    def __post_init__(self):
        for name in ("sample", "replace_unknown"):
            check_choice(name, getattr(self, name), (False, True))
        choices = ("average", "gnmt", "none")
        check_choice("length_normalization", self.length_normalization, choices)
        for name, bounds in _RANGES.items():
            self._check_range(name, *bounds)
        if self.sample and self.beam_width > 1:
            raise InputError(
                "Sampling keeps one hypothesis: `n_best` says how many to draw. "
                f"Received: sample=True, beam_width={self.beam_width}"
            )
        if not self.sample and self.n_best > self.beam_width:
            raise InputError(
                "A beam holds `beam_width` hypotheses, so `n_best` can be no larger. "
                f"Received: n_best={self.n_best}, beam_width={self.beam_width}"
            )

    def _check_range(self, name, low, high):
        value = getattr(self, name)
        if isinstance(value, np.generic):
            value = value.item()  # JSON does not take NumPy's numbers
            object.__setattr__(self, name, value)
        default = type(self).__dataclass_fields__[name].default
        if value is None and default is None:
            return
        whole = isinstance(default, int)
        is_number = isinstance(value, int | (int if whole else float))
        if isinstance(value, bool) or not is_number:
            kind = "an integer" if whole else "a number"
            raise InputError(f"`{name}` must be {kind}. Received: {name}={value!r}")
        if not low <= value <= (value if high is None else high):
            upper = "" if high is None else f" and at most {high}"
            raise InputError(
                f"`{name}` must be at least {low:g}{upper}. Received: {name}={value}"
            )

    def replace(self, **changes):
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
        elif "beam_width" in changes and isinstance(changes["beam_width"], int):
            changes.setdefault(
                "n_best", min(self.n_best, max(changes["beam_width"], 1))
            )
        return dataclasses.replace(self, **changes)

    def describe(self):
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
