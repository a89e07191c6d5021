"""Options that are written once: name, type, default, range, one sentence, paper.

A dataclass whose fields are made by `option` holds everything there is to say of each.
Checks (`check_options`), docstrings and signatures (`documented`, `takes_options`), the
command line and the tables of the documents are all made from its fields.
"""

import dataclasses
import inspect
import os
import re
import textwrap
import typing
from collections.abc import Callable, Iterator
from typing import Any, Literal, TypeVar

from seq2seq_keras.errors import InputError, check_choice, shown
from seq2seq_keras.ranges import Range, alternatives, as_python

_Thing = TypeVar("_Thing", bound=Callable)


def option(
    default: Any = dataclasses.MISSING,
    description: str = "",
    *,
    minimum: float | None = None,
    maximum: float | None = None,
    below: float | None = None,
    above: float | None = None,
    nargs: int | str | None = None,
    metavar: str | tuple[str, ...] | None = None,
    names_object: bool = False,
    paper: str | tuple[str, ...] = (),
) -> Any:
    """Makes the field of a dataclass for one option.

    Args:
        default: Its default; it has none if left out.
        description: What it does, in a sentence or two.
        minimum: Optional number. The smallest value.
        maximum: Optional number. The largest value.
        below: Optional number that every value is less than.
        above: Optional number that every value is more than.
        nargs: How many words it takes on the command line, as of `argparse`, if that
            does not follow from its type.
        metavar: What the command line calls its values.
        names_object: Whether it may be an object, which a text names on the command
            line and in files.
        paper: Where it comes from, as Markdown: `[Luong et al., 2015](https://...)`,
            or several of these.

    Returns:
        A `dataclasses.Field` with all of this as its `metadata`.

    Example:

    >>> @dataclasses.dataclass
    ... class Sizes:
    ...     units: int = option(256, "Size of the states.", minimum=1)
    >>> Sizes().units
    256
    """
    metadata = {
        "description": " ".join(description.split()),
        "minimum": minimum,
        "maximum": maximum,
        "below": below,
        "above": above,
        "nargs": nargs,
        "metavar": metavar,
        "names_object": names_object,
        "papers": (paper,) if isinstance(paper, str) else paper,
    }
    return dataclasses.field(default=default, metadata=metadata)


def options_of(owner: Any) -> Iterator[dataclasses.Field]:
    """Yields the fields of a dataclass that `option` made.

    Args:
        owner: The dataclass, or an instance of it.
    """
    for field in dataclasses.fields(owner):
        if "description" in field.metadata:
            yield field


def check_options(owner: Any) -> None:
    """Refuses the first option of a dataclass that is out of its range.

    NumPy's numbers become Python's, which JSON and Keras take; paths become their
    names.

    Args:
        owner: An instance of a dataclass of options.

    Raises:
        InputError: Names the option, what it may be and what it is.
    """
    hints = typing.get_type_hints(type(owner))
    for field in options_of(owner):
        given = getattr(owner, field.name)
        value = os.fspath(given) if isinstance(given, os.PathLike) else given
        value = as_python(value)
        if value is not given:
            object.__setattr__(owner, field.name, value)
        if value is not None or type(None) not in alternatives(hints[field.name]):
            _check_value(field, hints[field.name], value)


def ranges_of(owner: type) -> dict[str, Range]:
    """The ranges of the options of a dataclass that are numbers.

    Args:
        owner: The dataclass.

    Returns:
        A dictionary from names to `Range`s.
    """
    hints = typing.get_type_hints(owner)
    return {
        field.name: _range(field, hints[field.name])
        for field in options_of(owner)
        if _is_number(hints[field.name])
    }


def choices_of(hint: Any) -> tuple[str, ...]:
    """The values that a `Literal` among the types of an option allows.

    Args:
        hint: The type of an option.

    Returns:
        A tuple, empty where there is no `Literal`.
    """
    return tuple(
        choice
        for kind in alternatives(hint)
        if typing.get_origin(kind) is Literal
        for choice in typing.get_args(kind)
    )


def documented(owner: _Thing) -> _Thing:
    """Fills the docstring of a dataclass of options, as a decorator.

    A line `{options}` becomes an entry for each option, a line `{papers}` the papers
    they come from.

    Args:
        owner: The dataclass.

    Returns:
        The dataclass.
    """
    return _fill_docstring(owner, owner)


def takes_options(owner: type) -> Callable[[_Thing], _Thing]:
    """Gives a function with `**options` the signature and words of a dataclass.

    Args:
        owner: The dataclass of options that `**options` stands for.

    Returns:
        A decorator, which fills `{options}` and `{papers}` in the docstring.
    """

    def decorate(function: _Thing) -> _Thing:
        own = inspect.signature(function).parameters.values()
        fields = [
            inspect.Parameter(
                field.name,
                inspect.Parameter.KEYWORD_ONLY,
                default=field.default,
                annotation=field.type,
            )
            for field in options_of(owner)
        ]
        kept = [p for p in own if p.kind is not inspect.Parameter.VAR_KEYWORD]
        first = [p for p in kept if p.kind is not inspect.Parameter.KEYWORD_ONLY]
        last = [p for p in kept if p.kind is inspect.Parameter.KEYWORD_ONLY]
        signature = inspect.Signature([*first, *fields, *last])
        function.__signature__ = signature  # type: ignore[attr-defined]
        return _fill_docstring(function, owner)

    return decorate


def options_table(owner: type) -> str:
    """The options of a dataclass as a table in Markdown.

    Args:
        owner: The dataclass.

    Returns:
        A table with the columns option, default, meaning and paper.
    """
    lines = ["| option | default | meaning | paper |", "| --- | --- | --- | --- |"]
    hints = typing.get_type_hints(owner)
    for field in options_of(owner):
        meaning, papers = field.metadata["description"], field.metadata["papers"]
        if choices := choices_of(hints[field.name]):
            meaning += " One of " + ", ".join(f"`{choice}`" for choice in choices) + "."
        default = "" if field.default is dataclasses.MISSING else f"`{field.default}`"
        cells = (f"`{field.name}`", default, meaning, ", ".join(papers))
        lines.append("| " + " | ".join(c.replace("|", "\\|") for c in cells) + " |")
    return "\n".join(lines)


def _check_value(field: dataclasses.Field, hint: Any, value: Any) -> None:
    name, kinds = field.name, alternatives(hint)
    if choices := choices_of(hint):
        check_choice(name, value, (*(None,) * (type(None) in kinds), *choices))
    elif bool in kinds:
        check_choice(name, value, (False, True))
    elif _is_number(hint):
        _range(field, hint).check(name, value)
    elif not field.metadata["names_object"]:
        _check_text(field, hint, value)


def _check_text(field: dataclasses.Field, hint: Any, value: Any) -> None:
    """Refuses what is no text, or no list of as many texts as there must be."""
    name, nargs = field.name, field.metadata["nargs"]
    is_list = any(typing.get_origin(kind) is list for kind in alternatives(hint))
    texts = value if is_list and isinstance(value, list) else [value]
    if not all(isinstance(text, str) for text in texts):
        what = "a list of texts" if is_list else "text"
        raise InputError(f"`{name}` must be {what}. Received: {name}={shown(value)}")
    if isinstance(nargs, int) and len(texts) != nargs:
        raise InputError(
            f"`{name}` must be a list of {nargs} texts. Received: {name}={shown(value)}"
        )


def _is_number(hint: Any) -> bool:
    kinds = alternatives(hint)
    return int in kinds or float in kinds


def _range(field: dataclasses.Field, hint: Any) -> Range:
    bounds = {name: field.metadata[name] for name in Range._fields if name != "whole"}
    return Range(**bounds, whole=float not in alternatives(hint))


def _fill_docstring(thing: _Thing, owner: Any) -> _Thing:
    entries = {"options": _entries(owner), "papers": _papers(owner)}
    # Compiled with -OO there are no docstrings.
    thing.__doc__ = re.sub(
        r"^( *)\{(options|papers)\}$",
        lambda line: textwrap.indent(entries[line[2]], line[1]),
        thing.__doc__ or "",
        flags=re.MULTILINE,
    )
    return thing


def _entries(owner: Any) -> str:
    hints = typing.get_type_hints(owner)
    entries = []
    for field in options_of(owner):
        text = f"{field.name}: {field.metadata['description']}"
        if choices := choices_of(hints[field.name]):
            text += " One of " + ", ".join(f'"{choice}"' for choice in choices) + "."
        if field.default is not dataclasses.MISSING:
            text += f" Defaults to `{field.default!r}`."
        entries.append(textwrap.fill(text, 76, subsequent_indent="    "))
    return "\n".join(entries)


def _papers(owner: Any) -> str:
    """An entry for each paper, with the options that come from it."""
    names: dict[str, list[str]] = {}
    for field in options_of(owner):
        for paper in field.metadata["papers"]:
            names.setdefault(paper, []).append(f"`{field.name}`")
    return "\n".join(f"- {paper}: {', '.join(of)}." for paper, of in names.items())
