"""Tests that modules import only from the layers below their own."""

import ast
import pathlib

PACKAGE = pathlib.Path(__file__).parents[1] / "seq2seq_keras"
# Lowest first. Modules on one line do not import each other.
LAYERS = [
    {"startup", "errors"},
    {"files", "special_tokens", "translation", "translation_lines"},
    {"layers", "decoding", "plots", "vectors"},
    {"text", "models"},
    {"translation_graph", "model_card", "search_request"},
    {"export", "saved_folder"},
    {"data", "translator"},
    {"evaluation"},
    {"training"},
    {"cli_vectors", "cli_vector_options", "cli_shared_options"},
    {"cli_options", "cli_evaluation"},
    {"cli"},
    {"__main__"},
]
LEVELS = {name: level for level, names in enumerate(LAYERS) for name in names}


def imports_of(path):
    """Yields the subpackages of seq2seq_keras that a file imports."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            continue
        for name in names:
            package, _, rest = name.partition(".")
            if package == "seq2seq_keras" and rest != "__version__":
                yield node.lineno, rest.partition(".")[0]


def test_imports_point_downwards():
    offenders = []
    for path in sorted(PACKAGE.rglob("*.py")):
        relative = path.relative_to(PACKAGE)
        importer = relative.parts[0].removesuffix(".py")
        if importer == "__init__":
            continue
        for line, imported in imports_of(path):
            inside = imported == importer
            if not inside and LEVELS[imported] >= LEVELS[importer]:
                offenders.append(f"{relative}:{line} imports {imported}")
    assert not offenders, "\n".join(offenders)


def test_every_module_has_its_test():
    tests = PACKAGE.parent / "tests"
    missing = []
    for path in PACKAGE.rglob("*.py"):
        relative = path.relative_to(PACKAGE)
        # The data of the phrasebook's grammar is tested by its sentences.
        if path.stem.startswith("__") or "phrasebook" in relative.parts:
            continue
        if relative.as_posix() in TESTED_ELSEWHERE:
            relative = pathlib.Path(TESTED_ELSEWHERE[relative.as_posix()])
        if not (tests / relative.with_name(relative.stem + "_test.py")).is_file():
            missing.append(str(relative))
    assert not missing


TESTED_ELSEWHERE = {
    "data/encoding.py": "data/pipeline.py",
    "training/run.py": "training/resume.py",
    # Two tests of one name would be one module.
    "evaluation/metrics.py": "evaluation/text_metrics.py",
    "plots/score_by_length.py": "plots/length_plot.py",
    "decoding/step.py": "decoding/greedy_search.py",
    "cli_options.py": "cli.py",
    "cli_shared_options.py": "cli.py",
    "cli_vector_options.py": "cli_vectors.py",
    "decoding/beam_result.py": "decoding/beam_search.py",
    "decoding/one_hypothesis.py": "decoding/greedy_search.py",
    "layers/additive_score.py": "layers/attention.py",
    "layers/bahdanau_attention.py": "layers/attention.py",
    "layers/luong_attention.py": "layers/attention.py",
    "layers/embedding.py": "models/seq2seq.py",
    "layers/recurrent.py": "models/seq2seq.py",
    "models/decoder.py": "models/seq2seq.py",
    "plots/label_places.py": "plots/vector_scatter.py",
    "plots/labelled_grid.py": "plots/attention_heat_map.py",
    "models/encoder.py": "models/seq2seq.py",
    "translation.py": "translator_search.py",
    "models/build.py": "models/seq2seq.py",
    "models/inference.py": "models/seq2seq.py",
    "models/options.py": "models/seq2seq.py",
    "saved_folder.py": "translator.py",
    "model_card.py": "translator.py",
    "translation_graph.py": "translator.py",
    "vectors/checks.py": "vectors/word_vectors.py",
    "vectors/coverage.py": "vectors/embedding_matrix.py",
    "vectors/description.py": "vectors/sparse.py",
    "vectors/evaluation_sets.py": "vectors/evaluate_similarity.py",
    "vectors/folding.py": "vectors/embedding_matrix.py",
    "vectors/opened.py": "vectors/read_vectors.py",
    "vectors/row_formats.py": "vectors/read_vectors.py",
    "vectors/vector_format.py": "vectors/read_vectors.py",
}
