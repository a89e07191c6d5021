"""Reading files of options in YAML, which may come from anyone."""

import os
import pathlib
import re
from collections.abc import Iterable
from typing import Any

import yaml

from seq2seq_keras.errors import InputError

_MOST_BYTES = 2**20
_DEEPEST = 20
# What is left when every alias is replaced by what it stands for.
_MOST_VALUES = 100_000
_YAML = "tag:yaml.org,2002:"
_KINDS = ("map", "seq", "str", "int", "float", "bool", "null", "merge")


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Reads numbers as YAML 1.2 does, and a date as text.

    `1e-3` is one; `010`, which was eight, and `1:30`, which was ninety, are none.
    """


_Loader.yaml_implicit_resolvers = {
    first: [
        rule for rule in rules if rule[0] not in (f"{_YAML}timestamp", f"{_YAML}int")
    ]
    for first, rules in _Loader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver(
    f"{_YAML}int",
    re.compile(r"[-+]?(0|[1-9][\d_]*|0x[\da-fA-F_]+)$"),
    list("-+0123456789"),
)
_Loader.add_implicit_resolver(
    f"{_YAML}float",
    re.compile(r"[-+]?(\d[\d_]*(\.[\d_]*)?|\.\d[\d_]*)[eE][-+]?\d+$"),
    list("-+.0123456789"),
)


def read_yaml(path: str | os.PathLike) -> dict[str, Any]:
    """Reads a file of options, in bounded time and memory.

    Args:
        path: The file.

    Returns:
        A dictionary from names to values.

    Raises:
        InputError: If it is missing, too large, no YAML or no list of options, names
            one twice, or is nested or aliased too deep; with the line.
    """
    try:
        with pathlib.Path(path).open("rb") as file:
            content = file.read(_MOST_BYTES + 1)
    except (OSError, ValueError) as error:  # a name with a NUL is the latter
        what = getattr(error, "strerror", error)
        raise InputError(f"{os.fspath(path)!r} cannot be read: {what}.") from None
    if len(content) > _MOST_BYTES:
        raise InputError(f"{path} has more than {_MOST_BYTES:,} bytes of options.")
    try:
        return parse_yaml(content.decode("utf-8-sig"), os.fspath(path))
    except UnicodeDecodeError:
        raise InputError(f"{path} is no text in UTF-8, so no YAML.") from None


def parse_yaml(text: str, place: str) -> dict[str, Any]:
    """The same of a text; `place` says in messages where it stands."""
    try:
        _check_depth(yaml.parse(text, Loader=_Loader), place)
        node = yaml.compose(text, Loader=_Loader)
        if node is None:
            return {}
        if not isinstance(node, yaml.MappingNode):
            raise _error(place, node, "options are written as `name: value`.")
        _measure(node, place, {})
        return _Loader("").construct_document(node)
    except yaml.MarkedYAMLError as error:
        line = f", line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise InputError(f"{place}{line}: no YAML, {error.problem}.") from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"{place}: no YAML, {' '.join(str(error).split())}") from None


def _check_depth(events: Iterable[yaml.Event], place: str) -> None:
    """Refuses what is nested too deep before anything recursive reads it."""
    depth = 0
    for event in events:
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            raise _error(place, event, f"nested deeper than {_DEEPEST} levels.")


def _measure(
    node: yaml.Node, place: str, known: dict[int, tuple[int, int]]
) -> tuple[int, int]:
    """How many values a node holds and how deep, aliases followed wherever they stand.

    PyYAML's composer puts the node itself where an alias stands.
    """
    if id(node) in known:
        if not known[id(node)]:
            raise _error(place, node, "an alias that stands within what it stands for.")
        return known[id(node)]
    known[id(node)] = ()  # type: ignore[assignment]  # begun
    kind = node.tag.removeprefix(_YAML)
    if kind not in _KINDS:
        raise _error(place, node, f"a value of the kind {kind!r}, which no option has.")
    if kind == "str" and "\0" in node.value:
        raise _error(place, node, "a NUL character, which no option has.")
    within: list[yaml.Node] = []
    if isinstance(node, yaml.MappingNode):
        _check_names([name for name, _ in node.value], place)
        within = [value for _, value in node.value]
    elif isinstance(node, yaml.SequenceNode):
        within = node.value
    sizes = [_measure(each, place, known) for each in within]
    count = 1 + sum(size for size, _ in sizes)
    depth = 1 + max((depth for _, depth in sizes), default=0)
    if count > _MOST_VALUES:
        raise _error(place, node, f"aliases make more than {_MOST_VALUES:,} values.")
    if depth > _DEEPEST + 1:
        raise _error(place, node, f"nested deeper than {_DEEPEST} levels.")
    known[id(node)] = count, depth
    return known[id(node)]


def _check_names(names: list[yaml.Node], place: str) -> None:
    seen = set()
    for name in names:
        kind = name.tag.removeprefix(_YAML)
        if not isinstance(name, yaml.ScalarNode) or kind not in ("str", "merge"):
            raise _error(place, name, "the name of an option must be text.")
        if name.value in seen:
            raise _error(place, name, f"`{name.value[:80]}` stands there twice.")
        seen.add(name.value)


def _error(place: str, found: Any, message: str) -> InputError:
    return InputError(f"{place}, line {found.start_mark.line + 1}: {message}")
