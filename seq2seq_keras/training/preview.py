"""The first pairs of a training, as they will be learnt."""

import itertools
from collections.abc import Iterable, Sequence

from seq2seq_keras.special_tokens import UNKNOWN_ID
from seq2seq_keras.text import Tokenizer

_PAIRS = 3
_MOST_LAYOUTS = 4
_MOST_TOKENS = 40


def preview(
    layouts: Sequence[str],
    pairs: Iterable[tuple[str, str]],
    tokenizers: Sequence[Tokenizer],
) -> str:
    """Tells how the pairs stood in their files, and shows the first as tokens.

    Args:
        layouts: What is known of each file.
        pairs: The pairs of the training.
        tokenizers: Of source and target.

    Returns:
        Lines of text.
    """
    lines = list(layouts[:_MOST_LAYOUTS])
    if rest := len(layouts) - len(lines):
        lines.append(f"and {rest} files more.")
    lines.append("The first pairs, and the tokens that are learnt:")
    for pair in itertools.islice(pairs, _PAIRS):
        for name, text, tokenizer in zip(
            ("source", "target"), pair, tokenizers, strict=True
        ):
            lines.append(f"  {name}  {text}  =>  {_tokens(tokenizer, text)}")
    return "\n".join(lines) + "\n"


def _tokens(tokenizer: Tokenizer, text: str) -> str:
    unknown = tokenizer.special_tokens.unknown
    tokens = [
        unknown if token_id == UNKNOWN_ID else token
        for token, token_id in zip(
            tokenizer.split(text), tokenizer.tokenize(text), strict=True
        )
    ]
    more = ["..."] if len(tokens) > _MOST_TOKENS else []
    return " · ".join(tokens[:_MOST_TOKENS] + more)
