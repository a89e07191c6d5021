"""What `POST /translate` takes and answers; its options are those of the search."""

import dataclasses
import typing
from typing import Annotated, Any

import pydantic

from seq2seq_keras.decoding import SearchOptions
from seq2seq_keras.options import options_of
from seq2seq_keras.translation import (
    BeamNode,
    Hypothesis,
    Translation,
    json_numbers,
    pharaoh_alignment,
)

_HINTS = typing.get_type_hints(SearchOptions)
_MAY_BE_NONE = {
    name for name, hint in _HINTS.items() if type(None) in typing.get_args(hint)
}
_OWN = ("prefix", "avoid", "allowed", "seed")
# In the order of their fields, as far as a request gives them.
SEARCH_FIELDS = (*(field.name for field in options_of(SearchOptions)), *_OWN)
# One that is wrong is told, and a record of each would be made however many there are.
_Texts = Annotated[list[str], pydantic.Field(fail_fast=True)]


class _Request(pydantic.BaseModel):
    """Texts to translate, how to search, and how much to tell of it."""

    model_config = pydantic.ConfigDict(
        extra="forbid",
        strict=True,
        json_schema_extra={
            "examples": [
                {"texts": ["this is my house."]},
                {
                    "texts": ["this is my house."],
                    "beam_width": 4,
                    "n_best": 2,
                    "details": True,
                },
            ]
        },
    )

    texts: _Texts = pydantic.Field(description="The texts.")
    model: str | None = pydantic.Field(
        None, description="Which model; may be left out where there is one."
    )
    version: int | None = pydantic.Field(
        None, description="Which version; by default the highest."
    )
    label: str | None = pydantic.Field(
        None, description="A name of a version, in place of its number."
    )
    details: bool = pydantic.Field(
        False, description="Whether to tell all hypotheses, with tokens and attention."
    )
    alignments: bool = pydantic.Field(
        False,
        description="Whether to tell which source token each token of the best "
        "translation comes from (Pharaoh format); needs attention.",
    )
    trace: bool = pydantic.Field(
        False, description="Whether to tell the tree that a beam search grew."
    )
    prefix: str | _Texts | None = pydantic.Field(
        None, description="What every translation begins with, or each."
    )
    avoid: _Texts | None = pydantic.Field(
        None, description="Words or phrases that no translation contains."
    )
    allowed: _Texts | None = pydantic.Field(
        None, description="The only translations there may be."
    )
    seed: int | None = pydantic.Field(None, description="What `sample` draws with.")

    @pydantic.model_validator(mode="before")
    @classmethod
    def _with_one_stranger(cls, given: Any) -> Any:
        """Leaves one of the fields that there are none of, which is told."""
        if not isinstance(given, dict):
            return given
        known = {name: given[name] for name in cls.model_fields if name in given}
        for name in given:
            if name not in known:
                return {**known, name: given[name]}
        return known

    def search(self) -> dict[str, Any]:
        """The options of the search that the request gives.

        What is null is not given, but where that is a value of the option: none.
        """
        return {
            name: getattr(self, name)
            for name in SEARCH_FIELDS
            if getattr(self, name) is not None
            or (name in _MAY_BE_NONE and name in self.model_fields_set)
        }

    def has_details(self) -> bool:
        """Whether more than the best translation is asked for."""
        several = (getattr(self, "n_best", None) or 1) > 1
        return self.details or self.alignments or self.trace or several


def _search_fields() -> dict[str, Any]:
    return {
        field.name: (
            _HINTS[field.name] | None,
            pydantic.Field(None, description=field.metadata["description"]),
        )
        for field in options_of(SearchOptions)
    }


TranslateRequest: Any = pydantic.create_model(
    "TranslateRequest", __base__=_Request, **_search_fields()
)


def translation_record(
    found: str | Translation, *, tells_all: bool, alignments: bool
) -> dict[str, Any]:
    """What is answered for one text.

    Args:
        found: The translation, or all that the search found.
        tells_all: Whether all of it is told.
        alignments: Whether the alignment of the best translation is told.

    Returns:
        A dictionary for JSON.

    Raises:
        InputError: If there is no attention to align by.
    """
    if isinstance(found, str):
        return {"text": found}
    record: dict[str, Any] = {"text": found.text}
    if alignments:
        record["alignment"] = pharaoh_alignment(found.hypotheses[0])
    if tells_all:
        record["source"] = found.source
        record["source_tokens"] = list(found.source_tokens)
        record["hypotheses"] = [_hypothesis(each) for each in found.hypotheses]
        nodes = found.beam
        record["beam"] = None if nodes is None else list(map(_node, nodes))
    return record


def _hypothesis(hypothesis: Hypothesis) -> dict[str, Any]:
    attention = hypothesis.attention
    return {
        "text": hypothesis.text,
        "score": json_numbers(hypothesis.score),
        "tokens": list(hypothesis.tokens),
        "token_probabilities": json_numbers(hypothesis.token_probabilities, digits=6),
        "attention": None if attention is None else json_numbers(attention, digits=6),
        "ended": hypothesis.ended,
    }


def _node(node: BeamNode) -> dict[str, Any]:
    probability, score = json_numbers([node.probability, node.score])
    return {**dataclasses.asdict(node), "probability": probability, "score": score}
