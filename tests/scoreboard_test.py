"""Tests of benchmarks/scoreboard: its rows and its table."""

import json
import pathlib
import re
import sys
from types import SimpleNamespace

import pytest
import yaml

from seq2seq_keras.data.corpora import corpus_names, load_corpus
from seq2seq_keras.decoding.search_options import SearchOptions
from seq2seq_keras.evaluation.metrics import METRICS
from seq2seq_keras.evaluation.scores import score_translations
from seq2seq_keras.training.config import TrainingConfig

FOLDER = pathlib.Path(__file__).parents[1] / "benchmarks" / "scoreboard"
CONFIGS = FOLDER.parents[1] / "configs"


@pytest.fixture
def modules(monkeypatch):
    """The modules `rows` and `table`; `run` can be imported too."""
    monkeypatch.syspath_prepend(str(FOLDER))
    import rows
    import table

    yield rows, table
    for path in FOLDER.glob("*.py"):
        sys.modules.pop(path.stem, None)


@pytest.mark.parametrize(
    "path", sorted(CONFIGS.glob("*.yaml")), ids=lambda path: path.stem
)
def test_every_recipe_is_a_valid_configuration(path):
    TrainingConfig(**yaml.safe_load(path.read_text(encoding="utf-8")))


def test_every_row_is_a_valid_training(modules):
    rows, _ = modules
    names = []
    for group in rows.read_groups():
        assert group.metric in METRICS
        for row in group.rows:
            names.append(row.name)
            recipe = (CONFIGS / f"{row.config}.yaml").read_text(encoding="utf-8")
            TrainingConfig(**{**yaml.safe_load(recipe), **row.change})
            assert row.corpus in corpus_names()
            for options in row.searches.values():
                SearchOptions(**options)
    assert len(set(names)) == len(names)


def test_options_become_what_the_command_line_reads(modules):
    import run

    options = {"corpus": "copy", "seed": 0, "dropout": 0, "bidirectional": False}
    options |= {"attention": None, "beam_width": 5}
    assert run.as_arguments(options) == [
        *("--corpus", "copy", "--seed", "0", "--dropout", "0"),
        *("--bidirectional", "false", "--attention", "null", "--beam_width", "5"),
    ]


def test_the_table_holds_scores_with_intervals_and_means(modules, monkeypatch):
    rows, table = modules
    monkeypatch.setattr(rows, "FOLDER", pathlib.Path("/nowhere"))
    row = rows.Row("x", "g2p", "copy", searches={"greedy": {}}, seeds=[0, 1])
    scores = [{"exact_match": 0.8}, {"exact_match": 0.9}]
    assert table._scores(scores, "exact_match") == "85.0 ± 7.1"
    one = {"bleu": 38.123, "bleu_low": 37.0, "bleu_high": 39.5}
    assert table._scores([one], "bleu") == "38.12 [37.00, 39.50]"
    group = rows.Group("Title", "protocol", "exact_match", [row])
    section = table._section(group)
    assert "| `x` | not run | not run | not run | - | - | - | - | - |" in section
    group.rows.append(rows.Row("y", "g2p", "copy", seeds=[0, 1]))
    assert "| `y` | not run | - | - | - | - | - | - | - |" in table._section(group)


def test_a_row_of_models_that_have_changed_since_names_their_format(modules):
    _, table = modules
    general = {"options": {"attention": "luong", "attention_score": "general"}}
    plain = {"options": {**general["options"], "attention": None}}
    additive = {"options": {**general["options"], "attention": "bahdanau"}}
    assert not table._earlier([])
    assert not table._earlier([plain, additive])
    assert not table._earlier([{**general, "format": 3}])
    assert table._earlier([{**general, "format": 3}, general]) == " (format 2)"


def test_the_table_is_made_of_the_results(modules):
    _, table = modules
    written = (FOLDER / "RESULTS.md").read_text(encoding="utf-8")
    assert written == table.results(), "python benchmarks/scoreboard/table.py"
    for picture in re.findall(r"\((pictures/.*?)\)", written):
        assert (FOLDER / picture).is_file()


@pytest.mark.usefixtures("modules")
def test_scores_by_length_stand_side_by_side(monkeypatch, tmp_path):
    import by_length

    monkeypatch.setattr(by_length, "FOLDER", tmp_path)
    bucket = {"metric": "BLEU", "unit": "words", "lengths": "1-4", "sentences": 9}
    bucket |= {"mean_length": 3.5, "low": 30.0, "high": 50.0}
    for name, score in (("a", 40.0), ("b", 35.25)):
        record = {"test": {"by_length": [{**bucket, "score": score}]}}
        (tmp_path / f"{name}.json").write_text(json.dumps(record))
    monkeypatch.setattr(
        by_length,
        "find_row",
        lambda name: (
            SimpleNamespace(result_path=lambda *_: tmp_path / f"{name}.json"),
            None,
        ),
    )
    names = {"with": "a", "without": "b"}
    assert by_length.section(names)[1:4] == [
        "| words | sentences | with | without |",
        "| --- | --- | --- | --- |",
        "| 1-4 | 9 | 40.00 [30.00, 50.00] | 35.25 [30.00, 50.00] |",
    ]
    by_length.draw(names)
    assert (tmp_path / "pictures" / "a-by-length.png").stat().st_size > 1000
    assert by_length.section({**names, "not run": "c"}) == []


def test_a_row_is_trained_again_when_asked(modules, monkeypatch, tmp_path, capsys):
    rows, _ = modules
    import run

    for module in (rows, run):
        monkeypatch.setattr(module, "ROOT", tmp_path)
        monkeypatch.setattr(module, "FOLDER", tmp_path)
    row = rows.Row("x", "g2p", "copy", searches={"beam 5": {}}, seeds=[0, 1])
    for seeds in ([0], [1], [0, 1]):
        for search in (None, "beam 5"):
            run.write(row.result_path(seeds, search), {"seeds": seeds})
    for other, systems in (("y", ["x, beam 5", "y"]), ("z", ["xx, greedy", "z"])):
        lines = [{"system": name} for name in systems]
        path = tmp_path / "results" / other / "difference-seed-0-greedy.json"
        run.write(path, {"comparison": lines})
    run.write(row.grid_path(), {"grid": []})
    run.write(row.wrong_words_path(), {})
    row.model_folder(0).mkdir(parents=True)
    row.model_folder(1).mkdir()
    monkeypatch.setattr(run, "find_row", lambda name: (row, None))
    monkeypatch.setattr(run, "read_groups", list)
    trained = []
    monkeypatch.setattr(
        run, "evaluate", lambda row, group, seeds, *_: trained.append(seeds)
    )

    run.train(row, 0)
    assert capsys.readouterr().out == "results/x/seed-0.json is there already.\n"
    run.forget(row, [2])
    assert row.grid_path().exists()
    monkeypatch.setattr(run, "train", lambda row, seed: trained.append(seed))
    monkeypatch.setattr(sys, "argv", ["run.py", "x", "--seeds", "0", "--again"])
    run.main()
    assert trained == [0, [0]]
    assert [path.name for path in (tmp_path / "saved_models/scoreboard").iterdir()] == [
        "x-seed-1"
    ]
    assert sorted(path.name for path in (tmp_path / "results" / "x").iterdir()) == [
        "seed-1-beam-5.json",
        "seed-1.json",
    ]
    kept = list((tmp_path / "results").glob("*/difference-*.json"))
    assert [path.parent.name for path in kept] == ["z"]


@pytest.mark.parametrize("resumed", [False, True])
def test_the_memory_is_that_of_a_whole_training(
    modules, monkeypatch, tmp_path, resumed
):
    rows, _ = modules
    import run

    monkeypatch.setattr(rows, "ROOT", tmp_path)
    monkeypatch.setattr(rows, "FOLDER", tmp_path)
    monkeypatch.setattr(run, "_parameters", lambda folder: 1)
    monkeypatch.setattr(run.subprocess, "run", lambda *_, **__: None)
    row = rows.Row("x", "g2p", "copy")
    folder = row.model_folder(0)
    folder.mkdir(parents=True)
    (folder / "config.json").write_text('{"format": 3, "versions": {}}')
    (folder / "training.yaml").write_text("{corpus: copy, output: x}")
    (folder / "scores.json").write_text("{}")
    if resumed:
        (folder / "training_state.npz").touch()
    usage = SimpleNamespace(ru_maxrss=3 * 2**20)  # in KiB
    monkeypatch.setattr(run.resource, "getrusage", lambda _: usage)

    run.train(row, 0)
    numbers = json.loads(row.result_path([0]).read_text(encoding="utf-8"))
    assert numbers["peak_memory_gib"] == (None if resumed else 3)


def test_one_model_leaves_its_translations_and_an_ensemble_does_not(
    modules, monkeypatch, tmp_path
):
    rows, _ = modules
    import run

    for module in (rows, run):
        monkeypatch.setattr(module, "ROOT", tmp_path)
        monkeypatch.setattr(module, "FOLDER", tmp_path)
    row = rows.Row("x", "g2p", "copy", searches={"beam 5": {"beam_width": 5}})
    commands = []

    def answer(command, **_):
        commands.append(command[len(run.COMMAND) :])
        return SimpleNamespace(stdout='{"bleu": 1.0}')

    monkeypatch.setattr(run.subprocess, "run", answer)
    group = rows.Group("T", "p", "bleu", [row], "none")
    for seeds in ([1], [0, 1]):
        run.evaluate(row, group, seeds, "beam 5", {"beam_width": 5})
    first, second = (str(row.model_folder(seed)) for seed in (0, 1))
    common = ["--corpus", "copy", "--json", "--bleu_tokenizer", "none"]
    common += ["--beam_width", "5"]
    assert commands == [
        ["evaluate", second, *common, "--output", f"{second}/test-beam-5.txt"],
        ["evaluate", first, *common, "--ensemble", second],
    ]


def test_differences_are_those_of_a_row_of_the_group(modules, monkeypatch):
    rows, _ = modules
    import differences

    def row(name, *searches):
        return rows.Row(name, "g2p", "copy", searches={key: {} for key in searches})

    members = [row("a", "greedy", "beam"), row("b", "greedy", "beam"), row("c")]
    group = rows.Group("Title", "protocol", "bleu", members, compared_with="a")
    assert [
        (one.name, search, other.name, other_search)
        for one, search, other, other_search in differences._pairs(group)
    ] == [
        ("a", "beam", "a", "greedy"),
        ("b", "greedy", "a", "greedy"),
        ("b", "beam", "a", "beam"),
    ]
    assert list(differences._pairs(rows.Group("T", "p", "bleu", members))) == []

    line = {"metric": "bleu", "system": "b, greedy", "difference": -1.234}
    line |= {"difference_low": -2, "difference_high": 0.5, "p_value": 0.0996}
    base = {**line, "system": "a, greedy", "difference": None}
    record = {"comparison": [base, line, {**line, "metric": "chrf"}]}
    cells = differences._cells(record, group, members[1], "greedy")
    assert cells == ["`b`", "greedy", "-1.23 [-2.00, +0.50]", "0.100"]
    line["p_value"] = 0.0002
    assert differences._cells(record, group, members[1], "greedy")[-1] == "< 0.001"


def test_the_grid_of_searches_on_validation_data(
    modules, monkeypatch, tmp_path, translator, saved_translator
):
    rows, _ = modules
    import search_grid

    monkeypatch.setattr(rows, "FOLDER", tmp_path)
    monkeypatch.setattr(search_grid, "WIDTHS", (2, 3))
    monkeypatch.setattr(search_grid, "PENALTIES", (0.0, 2.0))
    row = rows.Row("x", "multi30k", "phrasebook/english-french")
    monkeypatch.setattr(row, "model_folder", lambda seed: saved_translator)
    pairs = load_corpus(row.corpus).validation[:100]
    corpus = SimpleNamespace(validation=pairs)
    monkeypatch.setattr(search_grid.s2s, "load_corpus", lambda name: corpus)
    group = rows.Group("Title", "protocol", "chrf", [row])
    assert search_grid.section(group) == []
    search_grid.measure(row, group)

    def score(**search):
        translations = translator.translate(pairs.source, **search)
        return f"{score_translations(translations, pairs.target).chrf:.2f}"

    lines = search_grid.section(group)
    assert f"Greedy search: {score()}.\n" in lines
    cells = [score(beam_width=3, length_penalty=penalty) for penalty in (0.0, 2.0)]
    assert lines[-1] == f"| 3 | {cells[0]} | {cells[1]} |"
    assert cells[0] != cells[1]


def test_edits_of_wrong_words_are_counted(modules, monkeypatch, tmp_path):
    rows, _ = modules
    import wrong_words

    monkeypatch.setattr(rows, "FOLDER", tmp_path)
    row, idle = (rows.Row(name, "g2p", "sigmorphon2021/kor") for name in "xy")
    written = ["a n a", "m a", "ʌ n", "k a n t", "s o", "m b i", "d b o"]
    meant = ["aː n a", "m aː", "əː n", "k aː n d", "s o", "m i", "d o"]
    corpus = SimpleNamespace(validation=SimpleNamespace(source="abcdefg", target=meant))
    translator = SimpleNamespace(translate=lambda source: written)
    monkeypatch.setattr(wrong_words.s2s, "load_corpus", lambda name: corpus)
    monkeypatch.setattr(wrong_words.s2s.Translator, "load", lambda folder: translator)
    group = rows.Group("Title", "protocol", "exact_match", [row, idle])
    assert wrong_words.section(group) == []
    wrong_words.measure(row)
    # The length mark and b are all that is wrong with two words each; the rest is once.
    line = "| `x` | 7 | 6 | ∅ → ː 3; b → ∅ 2 | 4 |"
    assert wrong_words.section(group)[4:] == [line]
    assert [wrong_words._shown(each) for each in ("", "̥", "d͡")] == ["∅", "◌̥", "d͡"]


def test_a_row_is_compared_with_that_of_its_group(modules, monkeypatch, tmp_path):
    rows, _ = modules
    import differences
    import run

    monkeypatch.setattr(rows, "FOLDER", tmp_path)
    monkeypatch.setattr(rows, "ROOT", tmp_path)
    monkeypatch.setattr(run, "ROOT", tmp_path)
    wide = {"greedy": {}, "wide 9": {"beam_width": 9}}
    members = [rows.Row(name, "g2p", "copy", searches=wide) for name in "abc"]
    group = rows.Group("T", "p", "bleu", members, "none", compared_with="a")
    for row in members[:2]:
        row.model_folder(0).mkdir(parents=True)
        for search in wide:
            row.translations_path(0, search).touch()
    commands = []

    def answer(command, **_):
        commands.append([str(each) for each in command[len(run.COMMAND) :]])
        lines = [{"system": path} for path in command[len(run.COMMAND) + 1 :][:2]]
        return SimpleNamespace(stdout=json.dumps({"comparison": lines}))

    monkeypatch.setattr(differences.subprocess, "run", answer)
    differences.measure(group)
    models = tmp_path / "saved_models" / "scoreboard"
    narrow, broad = (
        [f"{models}/{name}-seed-0/test-{search}.txt" for name in "ab"]
        for search in ("greedy", "wide-9")
    )
    ends = ["--corpus", "copy", "--json", "--bleu_tokenizer", "none"]
    assert commands == [
        ["compare", narrow[0], broad[0], *ends],
        ["compare", *narrow, *ends],
        ["compare", *broad, *ends],
    ]
    written = json.loads(
        (tmp_path / "results/b/difference-seed-0-wide-9.json").read_text("utf-8")
    )
    systems = [line["system"] for line in written["comparison"]]
    assert systems == ["a, wide 9", "b, wide 9"]
    assert not (tmp_path / "results" / "c").exists()


def test_differences_are_of_the_translations_that_the_results_are_of(modules):
    rows, _ = modules
    for path in (FOLDER / "results").glob("*/difference-*.json"):
        for line in json.loads(path.read_text(encoding="utf-8"))["comparison"]:
            name, _, search = line["system"].partition(", ")
            result = rows.find_row(name)[0].result_path([0], search)
            test = json.loads(result.read_text(encoding="utf-8"))["test"]
            if line["metric"] in test:
                assert line["score"] == test[line["metric"]], path


def test_results_and_rows_agree(modules):
    """What stands in the table was trained as row and recipe say today."""
    rows, _ = modules
    for path in (FOLDER / "results").glob("*/seed-?.json"):
        numbers = json.loads(path.read_text(encoding="utf-8"))
        row, _ = rows.find_row(numbers["row"])
        recipe = (CONFIGS / f"{row.config}.yaml").read_text(encoding="utf-8")
        said = {**yaml.safe_load(recipe), "corpus": row.corpus, **row.change}
        said["seed"] = numbers["seed"]
        # An option that came later than the training is at its default.
        done = TrainingConfig(**numbers["options"]).what_is_learnt()
        assert done == TrainingConfig(**said).what_is_learnt(), path
