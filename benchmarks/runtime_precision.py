"""What weights in fewer bits cost: BLEU, size and speed of exports side by side.

    python -m benchmarks.runtime_precision SOURCE TARGET EXPORTED [EXPORTED ...]

The EXPORTED are what `export --format onnx` or `litert` made of one translator in
several precisions, the first of them float32. SOURCE is translated by a beam of 5 and
scored against TARGET by sacreBLEU, whose tokenizer is `--bleu-tokenizer`.
"""

import pathlib
import time

import sacrebleu

from benchmarks.runner import (
    RESULTS,
    environment,
    keep_to_cores,
    markdown_table,
    parser_of,
    write_json,
)
from seq2seq_keras.data import read_lines
from seq2seq_keras.runtime import Translator


def main() -> None:
    """Measures, keeps the numbers and prints a table."""
    parser = parser_of(__doc__)
    parser.add_argument("source")
    parser.add_argument("target")
    parser.add_argument("exported", nargs="+")
    parser.add_argument("--bleu-tokenizer", default="none")
    parser.add_argument("--cores", type=int, default=2)
    options = parser.parse_args()
    keep_to_cores(options.cores)
    source, target = (list(read_lines(x)) for x in (options.source, options.target))
    bleu = sacrebleu.BLEU(tokenize=options.bleu_tokenizer, force=True)
    results = {}
    for folder in options.exported:
        start = time.perf_counter()
        found = Translator.load(folder).translate(source, beam_width=5)
        seconds = time.perf_counter() - start
        results[pathlib.Path(folder).name] = {
            "bleu": bleu.corpus_score(found, [target]).score,
            "bytes": sum(x.stat().st_size for x in pathlib.Path(folder).iterdir()),
            "lines_per_second": len(source) / seconds,
        }
    signature = str(bleu.get_signature())
    write_json(
        RESULTS / "runtime_precision.json",
        {**results, "signature": signature, "environment": environment()},
    )
    print(f"{len(source):,} lines, beam of 5, BLEU {signature}\n\n{table(results)}")


def table(results: dict[str, dict[str, float]]) -> str:
    """Markdown of the results, beside the first of them."""
    first = next(iter(results.values()))
    rows = [
        [
            folder,
            f"{each['bleu']:.2f} ({each['bleu'] - first['bleu']:+.2f})",
            f"{each['bytes'] / 1e6:.1f} ({each['bytes'] / first['bytes']:.2f})",
            f"{each['lines_per_second']:.0f}",
        ]
        for folder, each in results.items()
    ]
    header = ["exported", "BLEU", "MB", "lines a second"]
    return markdown_table([header, *rows], "lrrr")


if __name__ == "__main__":
    main()
