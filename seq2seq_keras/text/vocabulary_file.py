"""Vocabularies that other tools wrote, each recognised by what is in the file."""

import os
import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple, TypeAlias

import yaml

from seq2seq_keras.errors import InputError
from seq2seq_keras.untrusted import (
    JSON_BYTES,
    in_one_line,
    parse_json,
    read_regular,
    shown,
)

# A token, and where it stands.
_Entry: TypeAlias = tuple[str, str]
_Path: TypeAlias = str | os.PathLike
_Reader: TypeAlias = Callable[[list[str], _Path], Iterable[_Entry]]

_BOM = b"\xef\xbb\xbf"
# What others call padding, the unknown token, start and end; case does not matter.
SPECIAL_FORMS = {
    *("<pad>", "[pad]", "<blank>", "<unk>", "[unk]"),
    *("<s>", "<bos>", "<sos>", "[bos]", "[cls]", "</s>", "<eos>", "[eos]", "[sep]"),
}
_JSON = re.compile(r'\s*\{\s*(".*)?\}\s*', re.DOTALL)
_JSON_LIST = re.compile(r'\s*\[\s*".*\]\s*', re.DOTALL)
_YAML_ENTRY = re.compile(r".*\S\s*:\s+\d+\s*")
_YAML_OTHER = re.compile(r"\s*(#.*)?|---.*|\.\.\.")
_COUNTED = re.compile(r"(.*)[ \t](\d+)")
_OVERWRITE = " #fairseq:overwrite"
# fairseq fills a dictionary up to a multiple of eight with these.
_FILLER = re.compile(r"madeupword\d{4} 0")
_SCORED = re.compile(r"\S+\t-\d+(\.\d+)?")


class VocabularyFile(NamedTuple):
    """What `read_vocabulary` returns.

    Attributes:
        kind: What the file was recognised as, in words.
        tokens: List of tokens in the order of their ids, without the special ones.
        special_tokens: List of the special tokens that the file begins or ends with.

    Example:

    ```python
    found = s2s.read_vocabulary("dict.txt")
    print(found.kind, len(found.tokens), found.special_tokens)
    tokenizer = s2s.SpaceTokenizer(found.tokens)
    ```
    """

    kind: str
    tokens: list[str]
    special_tokens: list[str]


def read_vocabulary(path: str | os.PathLike) -> VocabularyFile:
    r"""Reads the vocabulary of another tool, in bounded memory.

    The tokens keep their order. Special tokens (`<pad>`, `<unk>`, `<s>`, `</s>` and
    what else they are called) at the beginning or the end are left out, since every
    tokenizer of this package has its own, with the ids 0 to 3; so the first token of
    the file has id 4. So are the entries `madeupword0000 0` of fairseq, which stand for
    no word.

    Args:
        path: A file with one token a line; with a token and its count a line, as
            fairseq's `dict.txt` has them; with `"token": id`, Marian's YAML or JSON; or
            with a list of tokens in JSON. For the model of SentencePiece there is
            `SubwordTokenizer.from_sentencepiece`.

    Returns:
        A `VocabularyFile`.

    Raises:
        InputError: If a token is missing, there twice or has white space in it, or ids
            have holes, or the file is not UTF-8; with the line.

    Example:

    >>> import pathlib, tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp(), "dict.txt")
    >>> _ = path.write_text("the 999\nlo@@ 12\nwest 3\nmadeupword0000 0\n")
    >>> read_vocabulary(path).tokens
    ['the', 'lo@@', 'west']
    """
    content = read_vocabulary_bytes(path)
    if is_sentencepiece(content):
        raise InputError(
            f"{path} is a SentencePiece model, which only the tokenizers of subwords "
            "read: `SubwordTokenizer.from_sentencepiece`, or `--tokenizer bpe` or "
            "`unigram`."
        )
    lines = _lines(content, path)
    kind, read = _recognised(lines, path)
    entries = list(read(lines, path))
    _check(entries, path)
    tokens = [token for token, _ in entries]
    first, last = 0, len(tokens)
    while first < last and _is_special(tokens[first]):
        first += 1
    while first < last and _is_special(tokens[last - 1]):
        last -= 1
    if first == last:
        raise InputError(f"{path} holds no token that is not special.")
    return VocabularyFile(kind, tokens[first:last], tokens[:first] + tokens[last:])


def read_vocabulary_bytes(path: str | os.PathLike) -> bytes:
    """The content of a file that is no larger than a vocabulary can be."""
    try:
        return read_regular(path, limit=JSON_BYTES)
    except FileNotFoundError as error:
        raise InputError(f"There is no vocabulary file {path}.") from error


def is_sentencepiece(content: bytes) -> bool:
    """Whether it begins as a SentencePiece model does: no text has a NUL."""
    return content.startswith(b"\n") and b"\0" in content


def _lines(content: bytes, path: _Path) -> list[str]:
    lines = content.removeprefix(_BOM).split(b"\n")
    if not lines[-1]:
        del lines[-1]
    if not lines:
        raise InputError(f"{path}: the file is empty.")
    decoded = []
    for number, line in enumerate(lines, start=1):
        if b"\0" in line:
            raise InputError(
                f"{path}, line {number}: a NUL byte, so this is no vocabulary in "
                "UTF-8. Save it as UTF-8."
            )
        try:
            decoded.append(line.removesuffix(b"\r").decode("utf-8"))
        except UnicodeDecodeError as error:
            raise InputError(
                f"{path}, line {number}: byte {error.start + 1} of the line is not "
                "valid UTF-8. Save the file as UTF-8."
            ) from error
    return decoded


def _recognised(lines: list[str], path: _Path) -> tuple[str, _Reader]:
    """What a file is, in words, and what reads it."""
    if lines[0].startswith("#version:"):
        raise InputError(
            f"{path} holds the merges of byte pairs, not a vocabulary: give the list "
            "of the tokens that they make."
        )
    if lines[0].endswith("\t0") and any(map(_SCORED.fullmatch, lines)):
        raise InputError(
            f"{path} is the list of pieces of a SentencePiece model, which alone can "
            "cut text: give the file that ends in .model."
        )
    if lines[0].lstrip().startswith("{") and _JSON.fullmatch("\n".join(lines)):
        return "a dictionary from tokens to ids (JSON)", _read_json
    if _JSON_LIST.fullmatch("\n".join(lines)):
        return "a list of tokens (JSON)", _read_json_list
    entries = [line for line in lines if not _YAML_OTHER.fullmatch(line)]
    if entries and all(map(_YAML_ENTRY.fullmatch, (entries[0], entries[-1]))):
        return "a dictionary from tokens to ids (YAML, as Marian's)", _read_yaml
    if _COUNTED.fullmatch(lines[0].removesuffix(_OVERWRITE)):
        return "a token and its count a line (as fairseq's)", _read_counts
    return "a token a line", _read_tokens


def _read_tokens(lines: list[str], path: _Path) -> Iterator[_Entry]:
    for number, line in enumerate(lines, start=1):
        yield line, f"line {number}"


def _read_counts(lines: list[str], path: _Path) -> Iterator[_Entry]:
    for number, line in enumerate(lines, start=1):
        line = line.removesuffix(_OVERWRITE)
        found = _COUNTED.fullmatch(line)
        if not found:
            raise InputError(
                f"{path}, line {number}: {shown(line)} is no token with its count, as "
                "line 1 is."
            )
        if not _FILLER.fullmatch(line):
            yield found[1], f"line {number}"


def _read_json(lines: list[str], path: _Path) -> Iterable[_Entry]:
    # One pair of brackets was seen, so that it is a dictionary.
    ids = parse_json("\n".join(lines).encode("utf-8"), path)
    for token, id_ in ids.items():
        if type(id_) is not int or id_ < 0:
            raise InputError(
                f"{path}: {shown(token)} has {shown(id_)} where its id is expected, a "
                "whole number."
            )
    numbered = ((id_, token, f"id {id_}") for token, id_ in ids.items())
    return _in_order(numbered, path)


def _read_json_list(lines: list[str], path: _Path) -> Iterator[_Entry]:
    tokens = parse_json("\n".join(lines).encode("utf-8"), path)
    for number, token in enumerate(tokens, start=1):
        if not isinstance(token, str):
            raise InputError(
                f"{path}, item {number}: {shown(token)} where a token is expected, a "
                "string."
            )
        yield token, f"item {number}"


def _read_yaml(lines: list[str], path: _Path) -> Iterable[_Entry]:
    try:
        numbered = list(_yaml_entries("\n".join(lines), path))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line = f", line {mark.line + 1}" if mark else ""
        raise InputError(f"{path}{line}: no YAML, {error.problem}.") from None
    except yaml.YAMLError as error:
        raise InputError(f"{path}: no YAML, {in_one_line(error)}.") from None
    return _in_order(numbered, path)


def _yaml_entries(text: str, path: _Path) -> Iterator[tuple[int, str, str]]:
    """Ids, tokens and where they stand, as the text says: `no` and `~` are words."""
    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    scalars: list[yaml.ScalarEvent] = []
    is_open = False
    for event in yaml.parse(text, Loader=loader):
        if isinstance(event, yaml.ScalarEvent) and is_open:
            scalars.append(event)
        elif isinstance(event, yaml.MappingStartEvent) and not is_open:
            is_open = True
        elif isinstance(event, yaml.NodeEvent):
            raise InputError(
                f"{path}, {_line_of(event)}: a token and its id are "
                "expected, as in `the: 5`."
            )
    for key, value in zip(scalars[::2], scalars[1::2], strict=True):
        where = _line_of(key)
        if not re.fullmatch("[0-9]{1,9}", value.value):
            raise InputError(
                f"{path}, {where}: {shown(value.value)} where the id of "
                f"{shown(key.value)} is expected, a whole number."
            )
        yield int(value.value), key.value, where


def _line_of(event: yaml.Event) -> str:
    return f"line {event.start_mark.line + 1}" if event.start_mark else "its end"


def _in_order(
    numbered: Iterable[tuple[int, str, str]], path: _Path
) -> Iterator[_Entry]:
    for expected, (id_, token, where) in enumerate(sorted(numbered)):
        if id_ != expected:
            problem = "stands there twice" if id_ < expected else "is missing"
            raise InputError(
                f"{path}, {where}: the ids must be 0, 1, 2 and so on, but "
                f"{min(id_, expected)} {problem}."
            )
        yield token, where


def _check(entries: list[_Entry], path: _Path) -> None:
    """Refuses tokens that no text can have, or that have two ids."""
    seen: dict[str, str] = {}
    for token, where in entries:
        if not token:
            raise InputError(f"{path}, {where}: there is no token. Take the line out.")
        # A space may be a character like any other.
        if len(token) > 1 and token.split() != [token]:
            raise InputError(
                f"{path}, {where}: {shown(token)} has white space, which no token has. "
                "One token a line is expected, or a token and its count."
            )
        if token in seen:
            raise InputError(
                f"{path}, {where}: {shown(token)} stands there twice, first in "
                f"{seen[token]}. Take one out."
            )
        seen[token] = where


def _is_special(token: str) -> bool:
    return token.lower() in SPECIAL_FORMS
