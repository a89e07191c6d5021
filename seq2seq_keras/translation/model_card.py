"""The README of a saved translator, in Markdown."""

import re
from typing import Any

from seq2seq_keras.markdown import as_markdown
from seq2seq_keras.models import EncoderDecoder
from seq2seq_keras.text import Tokenizer

_USE = """\
## Use

```python
import seq2seq_keras as s2s

translator = s2s.Translator.load("path/to/{name}")
translator.translate(["..."])
translator.export("serving")  # a SavedModel: strings in, strings out
```

```bash
seq2seq-keras translate path/to/{name} --input source.txt --output target.txt
```
"""
_PLAIN_NAME = re.compile(r"\w[\w.+-]*", re.ASCII)


def model_card(
    name: str,
    model: EncoderDecoder,
    source_tokenizer: Tokenizer,
    target_tokenizer: Tokenizer,
    scores: dict[str, Any],
    description: str,
) -> str:
    """Writes what a model is, how it was made and how to use it."""
    sections = [
        f"# {as_markdown(name)}",
        f"An encoder-decoder ({as_markdown(model.describe())}, "
        f"{model.count_params():,} parameters) made with seq2seq_keras.",
        description.strip(),
        # Where quoting would be needed, a word that needs none says as much.
        _USE.format(name=name if _PLAIN_NAME.fullmatch(name) else "the-folder"),
    ]
    if scores:
        sections.append("## Scores\n\n" + _table(("score", "value"), scores))
    sections.append("## Model\n\n" + _table(("option", "value"), model.get_config()))
    tokenizers = {
        "source": _describe(source_tokenizer),
        "target": _describe(target_tokenizer),
    }
    sections.append("## Tokenizers\n\n" + _table(("side", "tokenizer"), tokenizers))
    sections.append(
        "## Limits\n\nIt knows the kind of sentence it was trained on and the words "
        "of its vocabulary; anything else becomes the unknown token. A translation "
        "can be fluent and wrong: have it checked where that matters.\n"
    )
    return "\n\n".join(section.strip() for section in sections if section) + "\n"


def _table(header: tuple[str, str], rows: dict[str, Any]) -> str:
    lines = [f"| {header[0]} | {header[1]} |", "| --- | --- |"]
    lines += [f"| {as_markdown(key)} | {_cell(rows[key])} |" for key in rows]
    return "\n".join(lines)


def _cell(value: Any) -> str:
    return as_markdown(f"{value:.4g}" if isinstance(value, float) else value)


def _describe(tokenizer: Tokenizer) -> str:
    case = "lower case" if tokenizer.lowercase else "case kept"
    name = type(tokenizer).__name__
    if tokenizer.text_tokenizer is not tokenizer:
        name += f" of a {type(tokenizer.text_tokenizer).__name__}"
    return (
        f"{name}, {tokenizer.vocabulary_size:,} tokens, {case}, "
        f"{tokenizer.unicode_form}"
    )
