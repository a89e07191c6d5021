"""Counts the files of the package that a sentence and a batch pass on their way.

    python -m tools.files_passed

A file counts if one of its functions runs: from a text to its translation, the graph
being traced; and from pairs in memory through a batch to an update of the weights. What
only builds a model or checks options is done before the counting begins.
"""

import pathlib
import sys
import types
from collections.abc import Callable

import seq2seq_keras as s2s

PACKAGE = str(pathlib.Path(s2s.__file__).parent)


def files_passed(act: Callable[[], object]) -> list[str]:
    """The files of the package whose functions run during a call.

    Args:
        act: The call.

    Returns:
        Their names, sorted.
    """
    found = set()

    def note(frame: types.FrameType, event: str, argument: object) -> None:
        code = frame.f_code
        # A file whose body runs is only being imported.
        runs = event == "call" and code.co_name != "<module>"
        if runs and code.co_filename.startswith(PACKAGE):
            found.add(code.co_filename.removeprefix(PACKAGE).lstrip("/"))

    sys.setprofile(note)
    try:
        act()
    finally:
        sys.setprofile(None)
    return sorted(found)


def main() -> None:
    """Prints both counts and the files."""
    pairs = s2s.make_toy_pairs("copy", 64)
    tokenizer = s2s.CharacterTokenizer.fit(pairs.source)
    sizes = [tokenizer.vocabulary_size] * 2
    model = s2s.build_model(*sizes, units=8, attention="luong", bidirectional=True)
    s2s.compile_model(model)
    translator = s2s.Translator(model, tokenizer, tokenizer, max_length=9)

    def train() -> None:
        dataset = s2s.make_dataset(pairs, tokenizer, tokenizer, batch_size=64)
        model.fit(dataset.take(1), verbose=0, shuffle=False)

    for what, act in (
        ("A sentence", lambda: translator.translate("abc", beam_width=2)),
        ("A batch", train),
    ):
        files = files_passed(act)
        print(f"{what} passes {len(files)} files: {', '.join(files)}")


if __name__ == "__main__":
    main()
