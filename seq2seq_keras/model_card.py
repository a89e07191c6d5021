"""The README of a saved translator."""

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


def model_card(name, model, source_tokenizer, target_tokenizer, scores, description):
    """Writes in Markdown what a model is, how it was made and how to use it.

    Args:
        name: Heading.
        model: A model from `build_model`.
        source_tokenizer: Its tokenizer of the source.
        target_tokenizer: Its tokenizer of the target.
        scores: Dictionary of scores, possibly empty.
        description: Markdown on the data and the training, possibly empty.

    Returns:
        A string.
    """
    sections = [
        f"# {name}",
        _summary(model),
        description.strip(),
        _USE.format(name=name),
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


def _summary(model):
    options = model.options
    attention = f", {options.attention} attention" if options.attention else ""
    return (
        f"An encoder-decoder ({options.cell.upper()}, {options.num_layers} layer(s) of "
        f"{options.units} units{attention}, {model.count_params():,} parameters) made "
        "with seq2seq_keras."
    )


def _table(header, rows):
    lines = [f"| {header[0]} | {header[1]} |", "| --- | --- |"]
    lines += [f"| {key} | {_cell(value)} |" for key, value in rows.items()]
    return "\n".join(lines)


def _cell(value):
    text = f"{value:.4g}" if isinstance(value, float) else str(value)
    return text.replace("|", "\\|").replace("\n", " ")


def _describe(tokenizer):
    case = "lower case" if tokenizer.lowercase else "case kept"
    return (
        f"{type(tokenizer).__name__}, {tokenizer.vocabulary_size:,} tokens, {case}, "
        f"{tokenizer.unicode_form}"
    )
