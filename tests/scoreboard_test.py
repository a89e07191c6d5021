"""Tests of benchmarks/scoreboard: its rows and its table."""

import json
import pathlib
import re
import sys
from types import SimpleNamespace

import pytest
import yaml

from benchmarks import runner
from benchmarks.scoreboard import (
    by_length,
    differences,
    rows,
    run,
    search_grid,
    table,
    wrong_words,
)
from seq2seq_keras.cli import make_parser
from seq2seq_keras.data import corpus_names, load_corpus
from seq2seq_keras.decoding import SearchOptions
from seq2seq_keras.evaluation import METRICS, score_translations
from seq2seq_keras.training import OPTIONS_OF_TOKENIZERS, TrainingConfig

FOLDER = pathlib.Path(__file__).parents[1] / "benchmarks" / "scoreboard"
CONFIGS = FOLDER.parents[1] / "configs"


@pytest.fixture
def folder(monkeypatch, tmp_path):
    """A folder in the place of that of the scoreboard, and of the whole project."""
    for module in (rows, run, by_length):
        monkeypatch.setattr(module, "FOLDER", tmp_path)
    for module in (rows, run):
        monkeypatch.setattr(module, "ROOT", tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    "path", sorted(CONFIGS.glob("*.yaml")), ids=lambda path: path.stem
)
def test_every_recipe_is_a_valid_configuration(path):
    TrainingConfig(**yaml.safe_load(path.read_text(encoding="utf-8")))


class StoppedError(Exception):
    """In the place of what a command would do."""


@pytest.fixture
def commands(folder, monkeypatch):
    """What the commands of a training read from their command lines, up to `train`."""

    def note(command, **_):
        name, *words = command[len(runner.COMMAND) :]
        given.append((name, make_parser().parse_args([name, *words])[name]))
        if name == "train":
            raise StoppedError

    given = []
    (folder / "configs").symlink_to(CONFIGS)
    monkeypatch.setattr(run.subprocess, "run", note)
    monkeypatch.setattr(run, "_run", note)
    return given


def test_a_row_is_trained_with_what_it_changes(commands):
    row = rows.Row("a", "g2p", "sigmorphon2021/ice", {"units": 7, "coverage": False})
    with pytest.raises(StoppedError):
        run.train(row, 5)
    [(_, options)] = commands
    found = (options.units, options.coverage, options.seed, options.train)
    assert found == (7, False, 5, None)


def test_the_teachers_of_a_row_write_pairs_beside_its_corpus(
    commands, folder, monkeypatch
):
    teacher = rows.Row("old", "g2p", "sigmorphon2021/ice")
    for module in (rows, run):
        monkeypatch.setattr(
            module, "find_row", lambda name: ({"old": teacher}[name], 0)
        )
    row = rows.Row("new", "g2p", "sigmorphon2021/ice", {"epochs": 3})
    row.teachers = {"old": {"beam_width": 4, "backward": True}}
    row.start = "old"
    with pytest.raises(StoppedError):
        run.train(row, 5)
    (first, distilling), (second, training) = commands
    assert (first, second) == ("distill", "train")
    assert distilling.teachers == [str(teacher.model_folder(5))]
    found = (distilling.corpus, distilling.seed, distilling.beam_width)
    assert found == ("sigmorphon2021/ice", 5, 4) and distilling.backward
    assert training.train == [distilling.output] == row.taught_paths(5)
    assert not pathlib.Path(distilling.output).is_absolute()
    assert (training.corpus, training.epochs) == ("sigmorphon2021/ice", 3)
    assert training.init == str(teacher.model_folder(5).relative_to(folder))
    kept = row.results.read("teaching")["seed 5"]
    assert [*kept.pop("minutes")] == ["old"]
    assert kept.items() >= row.taught.items()


def test_every_row_is_a_valid_training():
    names = []
    for group in rows.read_groups():
        assert group.metric in METRICS
        for row in group.rows:
            # Rows are trained in this order.
            assert {*row.teachers, *filter(None, [row.start])} <= {*names}
            names.append(row.name)
            recipe = (CONFIGS / f"{row.config}.yaml").read_text(encoding="utf-8")
            config = TrainingConfig(**{**yaml.safe_load(recipe), **row.options(0)})
            if row.start:  # which brings its tokenizers along
                usual = TrainingConfig()
                for option in OPTIONS_OF_TOKENIZERS:
                    assert getattr(config, option) == getattr(usual, option)
            assert row.corpus in corpus_names()
            for options in row.searches.values():
                SearchOptions(**options)
    assert len(set(names)) == len(names)


def test_options_become_what_the_command_line_reads():
    options = {"corpus": "copy", "seed": 0, "dropout": 0, "bidirectional": False}
    options |= {"attention": None, "beam_width": 5, "train": ["a.tsv", "b.tsv"]}
    command = runner.command_line("train", "words", **options)
    assert command == [
        *(sys.executable, "-m", "seq2seq_keras", "train", "words"),
        *("--corpus", "copy", "--seed", "0", "--dropout", "0"),
        *("--bidirectional", "false", "--attention", "null", "--beam_width", "5"),
        *("--train", "a.tsv", "b.tsv"),
    ]


def test_the_table_holds_scores_with_intervals_and_means(folder):
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


def test_a_row_of_models_that_have_changed_since_names_their_format():
    general = {"options": {"attention": "luong", "attention_score": "general"}}
    plain = {"options": {**general["options"], "attention": None}}
    additive = {"options": {**general["options"], "attention": "bahdanau"}}
    assert not table._earlier([])
    assert not table._earlier([plain, additive])
    assert not table._earlier([{**general, "format": 3}])
    assert table._earlier([{**general, "format": 3}, general]) == " (format 2)"


def test_the_table_is_made_of_the_results():
    written = (FOLDER / "RESULTS.md").read_text(encoding="utf-8")
    assert written == table.results(), "python benchmarks/scoreboard/table.py"
    for picture in re.findall(r"\((pictures/.*?)\)", written):
        assert (FOLDER / picture).is_file()


def test_scores_by_length_stand_side_by_side(folder, monkeypatch):
    bucket = {"metric": "BLEU", "unit": "words", "lengths": "1-4", "sentences": 9}
    bucket |= {"mean_length": 3.5, "low": 30.0, "high": 50.0}
    for name, score in (("a", 40.0), ("b", 35.25)):
        test = {"by_length": [{**bucket, "score": score}]}
        rows.Row(name, "g2p", "copy").results.keep("test", "seed 0, greedy", test)
    monkeypatch.setattr(
        by_length, "find_row", lambda name: (rows.Row(name, "g2p", "copy"), None)
    )
    names = {"with": "a", "without": "b"}
    assert by_length.section(names)[1].splitlines() == [
        "| words | sentences | with | without |",
        "| --- | --- | --- | --- |",
        "| 1-4 | 9 | 40.00 [30.00, 50.00] | 35.25 [30.00, 50.00] |",
    ]
    by_length.draw(names)
    assert (folder / "pictures" / "a-by-length.png").stat().st_size > 1000
    assert by_length.section({**names, "not run": "c"}) == []


def test_a_row_is_trained_again_when_asked(folder, monkeypatch, capsys):
    row = rows.Row("x", "g2p", "copy", searches={"beam 5": {}}, seeds=[0, 1])
    for seeds in ([0], [1], [0, 1]):
        if len(seeds) == 1:
            row.results.keep("training", rows.run_name(seeds), {})
        row.results.keep("test", rows.run_name(seeds, "beam 5"), {"seeds": seeds})
    for other, systems in (("y", ["x, beam 5", "y"]), ("z", ["xx, greedy", "z"])):
        lines = [{"system": name} for name in systems]
        results = rows.Row(other, "g2p", "copy").results
        results.keep("difference", "seed 0, greedy", {"comparison": lines})
    for kind in ("search on validation", "wrong words"):
        row.results.keep(kind, "seed 0", {"seed": 0})
    row.model_folder(0).mkdir(parents=True)
    row.model_folder(1).mkdir()
    monkeypatch.setattr(run, "find_row", lambda name: (row, None))
    monkeypatch.setattr(run, "read_groups", list)
    trained = []
    monkeypatch.setattr(
        run, "evaluate", lambda row, group, seeds, *_: trained.append(seeds)
    )

    run.train(row, 0)
    assert capsys.readouterr().out == "x: training, seed 0 is there already.\n"
    run.forget(row, [2])
    assert row.results.read("search on validation")
    monkeypatch.setattr(run, "train", lambda row, seed: trained.append(seed))
    monkeypatch.setattr(sys, "argv", ["run.py", "x", "--seeds", "0", "--again"])
    run.main()
    assert trained == [0, [0]]
    assert [path.name for path in (folder / "saved_models/scoreboard").iterdir()] == [
        "x-seed-1"
    ]
    left = json.loads(row.results.path.read_text(encoding="utf-8"))
    assert {kind: [*names] for kind, names in left.items()} == {
        "training": ["seed 1"],
        "test": ["seed 1, beam 5"],
    }
    kept = [path.stem for path in (folder / "results").glob("*.json")]
    assert sorted(kept) == ["x", "y", "z"]
    assert not rows.Row("y", "g2p", "copy").results.read("difference")
    assert rows.Row("z", "g2p", "copy").results.read("difference")


@pytest.mark.parametrize("resumed", [False, True])
def test_the_memory_is_that_of_a_whole_training(folder, monkeypatch, resumed):
    monkeypatch.setattr(run, "_parameters", lambda folder: 1)
    monkeypatch.setattr(run, "_run", lambda command: 3.0)
    row = rows.Row("x", "g2p", "copy")
    model = row.model_folder(0)
    model.mkdir(parents=True)
    (model / "config.json").write_text('{"format": 3, "versions": {}}')
    (model / "training.yaml").write_text("{corpus: copy, output: x}")
    (model / "scores.json").write_text("{}")
    if resumed:
        (model / "training_state.npz").touch()

    run.train(row, 0)
    numbers = row.results.read("training")["seed 0"]
    assert numbers["peak_memory_gib"] == (None if resumed else 3)


def test_the_memory_of_a_command_is_its_own():
    """In a process of its own: a new one has been as large as the one it came from."""
    script = """
import json, sys
from benchmarks.scoreboard import run
def peak(size):
    return run._run([sys.executable, "-c", f"held = b'a' * {size}"])
print(json.dumps([peak(300 * 2**20), peak(1)]))
"""
    large, small = runner.answer_of([sys.executable, "-c", script])
    assert large > 300 / 1024 > small
    with pytest.raises(run.subprocess.CalledProcessError):
        run._run([sys.executable, "-c", "raise SystemExit(2)"])


def test_one_model_leaves_its_translations_and_an_ensemble_does_not(
    folder, monkeypatch
):
    row = rows.Row("x", "g2p", "copy", searches={"beam 5": {"beam_width": 5}})
    commands = []

    def answer(command, **_):
        commands.append(command[len(runner.COMMAND) :])
        return SimpleNamespace(stdout='{"bleu": 1.0}')

    monkeypatch.setattr(runner.subprocess, "run", answer)
    group = rows.Group("T", "p", "bleu", [row], "none")
    for seeds in ([1], [0, 1]):
        run.evaluate(row, group, seeds, "beam 5", {"beam_width": 5})
    first, second = (str(row.model_folder(seed)) for seed in (0, 1))
    common = ["--json", "--corpus", "copy", "--bleu_tokenizer", "none"]
    common += ["--beam_width", "5"]
    assert commands == [
        ["evaluate", second, *common, "--output", f"{second}/test-beam-5.txt"],
        ["evaluate", first, *common, "--ensemble", second],
    ]


def test_differences_are_those_of_a_row_of_the_group():
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
    cells = differences._cells(record, group, members[1], members[0], "greedy")
    assert cells == ["`b`", "greedy", "-1.23 [-2.00, +0.50]", "0.100"]
    line["p_value"] = 0.0002
    cells = differences._cells(record, group, members[1], members[0], "greedy")
    assert cells[-1] == "< 0.001"


def test_a_row_is_compared_with_one_beside_it(monkeypatch):
    soft, hard = (
        rows.Row(name, "g2p", "copy", searches={"greedy": {}}, beside=other)
        for name, other in (("soft", ""), ("hard", "soft"))
    )
    monkeypatch.setattr(
        differences, "find_row", lambda name: ({"soft": soft}[name], None)
    )
    group = rows.Group("Title", "protocol", "bleu", [soft, hard])
    [(row, search, other, same)] = differences._pairs(group)
    assert (row, search, other, same) == (hard, "greedy", soft, "greedy")
    record = {"metric": "bleu", "system": "hard, greedy", "difference": 1.0}
    record |= {"difference_low": 0.5, "difference_high": 2, "p_value": 0.01}
    cells = differences._cells({"comparison": [record]}, group, hard, soft, "greedy")
    assert cells[0] == "`hard`, beside `soft`"
    assert differences._name(hard, "greedy", soft) == "seed 0, greedy, beside soft"


def test_the_grid_of_searches_on_validation_data(
    folder, monkeypatch, translator, saved_translator, eager
):
    monkeypatch.setattr(search_grid, "WIDTHS", (3,))
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
    assert lines[-1].endswith(f"\n| 3 | {cells[0]} | {cells[1]} |")
    assert cells[0] != cells[1]


def test_edits_of_wrong_words_are_counted(folder, monkeypatch):
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
    assert wrong_words.section(group)[2].splitlines()[2:] == [line]
    assert [wrong_words._shown(each) for each in ("", "̥", "d͡")] == ["∅", "◌̥", "d͡"]


def test_a_row_is_compared_with_that_of_its_group(folder, monkeypatch):
    wide = {"greedy": {}, "wide 9": {"beam_width": 9}}
    members = [rows.Row(name, "g2p", "copy", searches=wide) for name in "abc"]
    group = rows.Group("T", "p", "bleu", members, "none", compared_with="a")
    for row in members[:2]:
        row.model_folder(0).mkdir(parents=True)
        for search in wide:
            row.translations_path(0, search).touch()
    commands = []

    def answer(command, **_):
        commands.append([str(each) for each in command[len(runner.COMMAND) :]])
        lines = [{"system": path} for path in command[len(runner.COMMAND) + 1 :][:2]]
        return SimpleNamespace(stdout=json.dumps({"comparison": lines}))

    monkeypatch.setattr(runner.subprocess, "run", answer)
    differences.measure(group)
    models = folder / "saved_models" / "scoreboard"
    narrow, broad = (
        [f"{models}/{name}-seed-0/test-{search}.txt" for name in "ab"]
        for search in ("greedy", "wide-9")
    )
    ends = ["--json", "--corpus", "copy", "--bleu_tokenizer", "none"]
    assert commands == [
        ["compare", narrow[0], broad[0], *ends],
        ["compare", *narrow, *ends],
        ["compare", *broad, *ends],
    ]
    written = members[1].results.read("difference")["seed 0, wide 9"]
    systems = [line["system"] for line in written["comparison"]]
    assert systems == ["a, wide 9", "b, wide 9"]
    assert not members[2].results.path.exists()


def test_differences_are_of_the_translations_that_the_results_are_of():
    tests = {row.name: row.results.read("test") for row in every_row()}
    for row in every_row():
        for record in row.results.read("difference").values():
            for line in record["comparison"]:
                name, _, search = line["system"].partition(", ")
                test = tests[name][rows.run_name([0], search)]
                if line["metric"] in test:
                    assert line["score"] == test[line["metric"]], row.name


def every_row():
    return [row for group in rows.read_groups() for row in group.rows]


def test_results_are_of_rows():
    files = {path.stem for path in (FOLDER / "results").iterdir()}
    assert files <= {row.name for row in every_row()}


def test_results_and_rows_agree():
    """What stands in the table was trained as row and recipe say today."""
    for row in every_row():
        recipe = (CONFIGS / f"{row.config}.yaml").read_text(encoding="utf-8")
        for name, numbers in row.results.read("training").items():
            seed = int(name.removeprefix("seed "))
            taught = row.results.read("teaching").get(name, {})
            assert taught.items() >= row.taught.items(), row.name
            said = {**yaml.safe_load(recipe), **row.options(seed)}
            # An option that came later than the training is at its default.
            done = TrainingConfig(**numbers["options"]).learnt_options()
            if said.get("precision") == "auto":
                # What it came to on the machine that trained.
                said["precision"] = done["precision"]
            assert done == TrainingConfig(**said).learnt_options(), row.name


def test_a_file_of_results_says_once_what_is_the_same_in_all(tmp_path):
    results = rows.Results(tmp_path / "x.json")
    first = {"a": 1, "b": {"c": 2, "d": [3]}, "e": {"f": None}, "g": {}}
    second = {"a": 1, "b": {"c": 4, "d": [3]}, "e": None, "h": 0}
    results.keep("test", "seed 0", first)
    results.keep("test", "seed 1", second)
    results.keep("training", "seed 0", first)
    written = json.loads(results.path.read_text(encoding="utf-8"))
    assert written["test"] == {
        "in all": {"a": 1, "b": {"d": [3]}},
        "seed 0": {"b": {"c": 2}, "e": {"f": None}, "g": {}},
        "seed 1": {"b": {"c": 4}, "e": None, "h": 0},
    }
    assert written["training"] == {"seed 0": first}
    assert results.read("test") == {"seed 0": first, "seed 1": second}
    results.forget("test", lambda name, numbers: numbers["e"] is None)
    assert results.read("test") == {"seed 0": first}
    results.forget("test")
    assert results.read("test") == {}
