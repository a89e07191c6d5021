"""The README of a folder for other runtimes: signatures, and how to run the loop."""

import pathlib
import string
from typing import Any

from seq2seq_keras.special_tokens import END_ID, START_ID
from seq2seq_keras.translation.id_graphs import IdGraph

_TEMPLATE = "runtime_card_{}.md"
# What a model that copies is given beside the ids, in the words of each language.
_COPIES = {
    "cs_copy": """
    NamedOnnxValue.CreateFromTensor("source_copy_ids", source),""",
    "js_copy": """
  source_copy_ids: new ort.Tensor("int32", ids, [1, ids.length]),""",
    "kt_copy": """
    "source_copy_ids" to source,""",
    "swift_copy": """
try search.resizeInput(named: "source_copy_ids", toShape: [1, source.count])""",
    "swift_copied": """
    "source_copy_ids": bytes(source),""",
}
_PAGE = {
    "page_files": """
| `index.html`, `page/` | a page that translates in a browser |""",
    "page": """
## The page

`index.html` translates in the browser: any server of static files can serve this
folder, and no text leaves the reader's machine. Try it:

```bash
python -m http.server --bind 127.0.0.1 --directory path/to/this/folder 8000
```

It is at http://127.0.0.1:8000. Opened as a file it cannot work: browsers load no
modules of scripts from files. `page/onnxruntime_web.*` are of onnxruntime-web (npm),
Copyright (c) Microsoft Corporation, MIT License.
""",
}


def runtime_card(
    graphs: dict[str, IdGraph], config: dict[str, Any], page: bool = False
) -> str:
    """Writes what the files are and how programs run them.

    Args:
        graphs: What `id_graphs` made.
        config: What `runtime.json` holds.
        page: Whether there is a page beside them.

    Returns:
        Markdown.
    """
    example = [4, 5, END_ID]
    words = {
        **{"unknown": 1, "start": START_ID, "end": END_ID, "length": len(example)},
        "example": ", ".join(map(str, example)),
        "max_length": min(config["decoding"]["max_length"], 100),
        "memory": ", ".join(f"`{name}`" for name in config["memory"]) or "nothing",
        "python_source": ", ".join(
            f'"{name}": source' for name in graphs["encoder"].inputs
        ),
        "signatures": _signatures(graphs),
        **{name: text * config["copies"] for name, text in _COPIES.items()},
        **{name: text * page for name, text in _PAGE.items()},
    }
    path = pathlib.Path(__file__).with_name(_TEMPLATE.format(config["runtime"]))
    return string.Template(path.read_text(encoding="utf-8")).substitute(words)


def _signatures(graphs: dict[str, IdGraph]) -> str:
    lines = ["| graph | inputs |", "| --- | --- |"]
    for name, graph in graphs.items():
        inputs = "; ".join(
            f"`{each}` {spec.dtype.name} {_shape(spec.shape)}"
            for each, spec in graph.inputs.items()
        )
        lines.append(f"| `{name}` | {inputs} |")
    return "\n".join(lines)


def _shape(shape: Any) -> str:
    return str([each if each is not None else "n" for each in shape]).replace("'", "")
