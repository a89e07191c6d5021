"""Tests of what a training starts from."""

from types import SimpleNamespace

import pytest

from seq2seq_keras.data import (
    DataOptions,
    Pairs,
    PairStream,
    describe_pairs,
    hallucinate_pairs,
    load_corpus,
    make_toy_pairs,
    read_pairs,
)
from seq2seq_keras.errors import InputError
from seq2seq_keras.stopping import StopSignals
from seq2seq_keras.text import (
    CharacterTokenizer,
    FeaturesTokenizer,
    SubwordTokenizer,
    WordTokenizer,
)
from seq2seq_keras.training import (
    Trainer,
    TrainingConfig,
    TrainingPairs,
    fit_tokenizers,
    load_training_pairs,
    trained_seed,
)


def test_validation_is_set_aside_by_source_unless_given(table):
    config = TrainingConfig(output="", train=[table])
    training, validation, _ = load_training_pairs(config)
    assert len(training) + len(validation) == 150
    assert len(validation) > 0
    assert not set(training.source) & set(validation.source)
    config = TrainingConfig(output="", train=[table], validation=[table])
    assert [len(part) for part in load_training_pairs(config)[:2]] == [150, 150]


def test_shared_embeddings_share_the_vocabulary(table):
    config = TrainingConfig(output="", train=[table], share_embeddings=True)
    pairs, *_ = load_training_pairs(config)
    source, target = fit_tokenizers(config, pairs)
    assert source is target
    config = TrainingConfig(
        output="", train=[table], share_embeddings=True, target_tokenizer="jamo"
    )
    with pytest.raises(InputError, match="one tokenizer for both sides"):
        fit_tokenizers(config, pairs)


def test_a_shared_vocabulary_needs_no_shared_embeddings(table):
    config = TrainingConfig(output="", train=[table], share_vocabulary=True)
    pairs, *_ = load_training_pairs(config)
    source, target = fit_tokenizers(config, pairs)
    assert source is target
    config.target_tokenizer = "jamo"
    with pytest.raises(InputError, match="`share_vocabulary` needs one tokenizer"):
        fit_tokenizers(config, pairs)


def test_subwords_are_fitted_by_the_algorithm_named(table):
    config = TrainingConfig(
        output="", train=[table], tokenizer="bpe", target_tokenizer="unigram"
    )
    pairs, *_ = load_training_pairs(config)
    source, target = fit_tokenizers(config, pairs)
    assert source.model == SubwordTokenizer.fit(pairs.source, algorithm="bpe").model
    expected = SubwordTokenizer.fit(pairs.target, algorithm="unigram")
    assert target.model == expected.model


def test_the_data_must_be_named():
    with pytest.raises(InputError, match="Give `train` files or the name"):
        load_training_pairs(TrainingConfig(output=""))


def test_a_corpus_brings_its_own_validation(table):
    config = TrainingConfig(output="", corpus="copy", validation=[table])
    with pytest.raises(InputError, match="brings its own validation pairs"):
        load_training_pairs(config)


def test_files_are_more_pairs_beside_a_corpus(tmp_path):
    corpus = load_corpus("copy", seed=1)
    (tmp_path / "more.csv").write_text("target,source,count\nx y,y x,2\n")
    reading = {"columns": ["source", "target"], "weights_column": "count"}
    more = {"train": [str(tmp_path / "more.csv")], **reading}
    found = load_training_pairs(DataOptions(corpus="copy", seed=1, **more))
    assert [*found.train] == [*corpus.train, ("y x", "x y")]
    assert found.train.weights == [1.0] * len(corpus.train) + [2.0]
    assert [*found.validation] == [*corpus.validation]
    assert "copy" in found.layouts[0] and "more.csv" in found.layouts[1]
    for name, text in (("a", "b c\n"), ("b", "c b\n")):
        (tmp_path / name).write_text(text)
    sides = {"train_source": [tmp_path / "a"], "train_target": [tmp_path / "b"]}
    both = load_training_pairs(DataOptions(corpus="copy", seed=1, **sides))
    assert [*both.train] == [*corpus.train, ("b c", "c b")]
    with pytest.raises(InputError, match="`train_source` and `train_target` go"):
        load_training_pairs(DataOptions(corpus="copy", train_target=[tmp_path / "b"]))


def test_what_a_corpus_is_tested_on_is_left_out_of_files_beside_it(tmp_path):
    corpus = load_corpus("copy", seed=2)
    held_out = corpus.test.source[0]
    sources = [held_out, "f g", corpus.validation.source[3]]
    # As where pairs are split, case and white space make no other source.
    sources += [held_out.upper(), f" {held_out} ", held_out.replace(" ", "  ")]
    lines = (f"{source}\tz\n" for source in sources)
    (tmp_path / "more.tsv").write_text("".join(lines))
    more = {"train": [str(tmp_path / "more.tsv")], "seed": 2}
    found = load_training_pairs(DataOptions(corpus="copy", **more))
    assert [*found.train][len(corpus.train) :] == [("f g", "z")]
    assert "5 pairs of the files are left out" in found.layouts[-1]


def test_features_of_a_corpus_and_of_files_beside_it_are_alike(tmp_path, monkeypatch):
    featured = [Pairs([f"V;PST\t{x}"], [x]) for x in "abc"]
    monkeypatch.setattr(
        "seq2seq_keras.training.inputs.load_corpus",
        lambda name, seed: SimpleNamespace(
            train=featured[0], validation=featured[1], test=featured[2]
        ),
    )
    (tmp_path / "more.tsv").write_text("d\te\tN;SG\n")
    more = {"corpus": "sigmorphon2023/deu", "train": [str(tmp_path / "more.tsv")]}
    with pytest.raises(InputError, match="name the column of those of the files"):
        load_training_pairs(DataOptions(**more))
    more["features_column"] = "2"
    with pytest.raises(InputError, match="one separator is for all"):
        load_training_pairs(DataOptions(**more, features_separator=","))
    found = load_training_pairs(DataOptions(**more))
    assert found.train.source == ["V;PST\ta", "N;SG\td"]


@pytest.mark.parametrize("stream", [False, True])
def test_too_few_pairs_to_set_some_aside(tmp_path, stream):
    (tmp_path / "one.tsv").write_text("a\tb\n")
    config = TrainingConfig(output="", train=[str(tmp_path / "one.tsv")], stream=stream)
    with pytest.raises(InputError, match="validation"):
        load_training_pairs(config)


def test_columns_are_numbers_or_names(tmp_path):
    path = tmp_path / "table.csv"
    options = {"train": [path], "validation": [path]}
    path.write_text("id,french,english\n1,un,one\n")
    config = DataOptions(**options, columns=["english", "french"])
    assert load_training_pairs(config).train == Pairs(["one"], ["un"])
    path.write_text("1,un,one\n")
    config = DataOptions(**options, columns=["2", "1"])
    assert load_training_pairs(config).train == Pairs(["one"], ["un"])
    with pytest.raises(InputError, match="`columns` must be a list of 2 texts"):
        DataOptions(**options, columns=["2"])


def test_parallel_text_may_be_named_side_by_side(tmp_path):
    for name, text in {"a.en": "yes\n", "b.en": "no\n", "a.fr": "oui\n"}.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "b.fr").write_text("non\n")
    sides = {
        f"{split}_{side}": [tmp_path / f"{name}.{end}" for name in names]
        for split, names in (("train", "ab"), ("validation", "b"))
        for side, end in (("source", "en"), ("target", "fr"))
    }
    found = load_training_pairs(DataOptions(**sides))
    assert list(found.train) == [("yes", "oui"), ("no", "non")]
    assert list(found.validation) == [("no", "non")]
    for wrong, message in (
        ({"train_source": sides["train_source"]}, "go together"),
        ({**sides, "train": [tmp_path / "a.en"]}, "Give either `train` or"),
        ({**sides, "train_target": [tmp_path / "a.fr"]}, "as many files of targets"),
        ({**sides, "separator": ";"}, "parallel text, .* leave `separator` out"),
    ):
        with pytest.raises(InputError, match=message):
            load_training_pairs(DataOptions(**wrong))


def test_features_stand_before_whatever_tokens_the_source_has(tmp_path):
    path = tmp_path / "forms.tsv"
    path.write_text("go\tV;PST\twent\nsee\tV;PRS\tsees\n")
    (tmp_path / "letters.txt").write_text("g\no\nz\n")
    options = {
        "train": [path],
        "validation": [path],
        "columns": [0, 2],
        "features_column": 1,
        "tokenizer": "character",
    }
    config = DataOptions(**options)
    source, target = fit_tokenizers(config, load_training_pairs(config).train)
    features = {"￮V", "￮PST", "￮PRS"}
    assert set(source.vocabulary[4:8]) == {"e", "g", "o", "s"}
    assert set(source.vocabulary[8:]) == features
    assert not any("￮" in token for token in target.vocabulary)
    config = DataOptions(**options, source_vocabulary=tmp_path / "letters.txt")
    source, _ = fit_tokenizers(config, load_training_pairs(config).train)
    assert source.vocabulary[4:7] == ["g", "o", "z"]
    assert set(source.vocabulary[7:]) == features


def test_special_tokens_can_be_chosen(table):
    forms = ["<p>", "<u>", "<s>", "</s>"]
    config = TrainingConfig(output="", train=[table], special_tokens=forms)
    pairs, *_ = load_training_pairs(config)
    for tokenizer in fit_tokenizers(config, pairs):
        assert tokenizer.vocabulary[:4] == forms
    with pytest.raises(InputError, match="must be a list of 4 texts"):
        TrainingConfig(output="", train=[table], special_tokens=forms[:3])


def test_the_seed_of_a_training_is_read_from_its_folder(tmp_path):
    assert trained_seed(tmp_path) == 0
    (tmp_path / "training.yaml").write_text("seed: 7\n")
    assert trained_seed(tmp_path) == 7
    (tmp_path / "training.yaml").write_text("seed: [")
    with pytest.raises(InputError, match=r"training\.yaml, line 2: no YAML"):
        trained_seed(tmp_path)


class Counted:
    """A stream of pairs that counts how often it is gone through."""

    def __init__(self, pairs):
        self.pairs, self.count = pairs, 0

    def open(self):
        self.count += 1
        return iter(self.pairs)


@pytest.mark.parametrize("shared", [False, True])
@pytest.mark.parametrize(
    ("kind", "fit"),
    [("character", CharacterTokenizer.fit), ("bpe", SubwordTokenizer.fit)],
)
def test_pairs_are_gone_through_once_for_both_tokenizers(kind, fit, shared):
    pairs = make_toy_pairs("reverse", 5000)  # more than are split at a time
    counted = Counted(pairs)
    config = TrainingConfig(output="", tokenizer=kind, share_vocabulary=shared)
    fitted = fit_tokenizers(config, PairStream(counted.open))
    assert counted.count == 1
    expected = [fit(pairs.source), fit(pairs.target)]
    if shared:
        expected = [fit([*pairs.source, *pairs.target])] * 2
        assert fitted[0] is fitted[1]
    assert [x.get_config() for x in fitted] == [x.get_config() for x in expected]


def test_a_training_goes_through_its_pairs_twice(table, tmp_path, monkeypatch):
    """For the vocabularies, and for all that is counted; the first are shown, too."""
    pairs = read_pairs(table)
    counted = Counted(pairs)
    monkeypatch.setattr(
        "seq2seq_keras.training.trainer.load_training_pairs",
        lambda config: TrainingPairs(PairStream(counted.open), pairs[:20], []),
    )
    config = TrainingConfig(output=tmp_path, tokenizer="character", units=4)
    trainer = Trainer(config, StopSignals(""))
    assert counted.count == 3
    described = describe_pairs(
        pairs,
        pairs[:20],
        source_tokenizer=trainer.tokenizers[0],
        target_tokenizer=trainer.tokenizers[1],
        batch_size=config.batch_size,
        max_source_length=config.max_source_length,
        max_target_length=config.max_target_length,
        model=trainer.model,
    )
    assert trainer.report == described
    assert described.splits["validation"].leaked == 20


def test_words_are_made_up_beside_those_of_the_training(tmp_path):
    path = tmp_path / "forms.tsv"
    path.write_text("schalten\tV;PST\tschaltete\t2\nwarten\tV;PST\twartete\t3\n")
    options = {"train": [path], "validation": [path], "columns": [0, 2]}
    options |= {"features_column": 1, "weights_column": 3}
    real = load_training_pairs(DataOptions(**options))
    found = load_training_pairs(DataOptions(**options, hallucinate=5, seed=4))
    assert found.train[:2] == real.train
    made_up = hallucinate_pairs(real.train, 5, seed=4)
    assert list(found.train[2:]) == list(made_up)
    assert found.train.weights == [2, 3, *made_up.weights]
    assert {*made_up.weights} == {2, 3}  # of what each is made of
    assert found.validation == real.validation
    assert "5 pairs are made up beside them." in found.layouts
    with pytest.raises(InputError, match="leave it or `stream` out"):
        load_training_pairs(DataOptions(**options, hallucinate=5, stream=True))


FEATURED = Pairs(["V;PST\tgo", "V\tsee", "N\tgo"], ["went", "sees", "go"])


def with_features(**options):
    """A configuration as of a table that has a column of features."""
    config = TrainingConfig(output="", tokenizer="character", **options)
    config.features_column = "1"
    return config


@pytest.mark.parametrize("stream", [False, True])
def test_a_column_of_features_is_read_beside_any_tokenizer(stream):
    pairs = PairStream(lambda: iter(FEATURED)) if stream else FEATURED
    source, target = fit_tokenizers(with_features(), pairs)
    assert type(source) is FeaturesTokenizer
    expected = FeaturesTokenizer.fit(FEATURED.source, tokenizer=CharacterTokenizer)
    assert source.get_config() == expected.get_config()
    assert target.get_config() == CharacterTokenizer.fit(FEATURED.target).get_config()
    config = with_features(lowercase=True, target_tokenizer="word")
    config.features_separator = "|"
    source, target = fit_tokenizers(config, pairs)
    assert source.features == ["N", "V", "V;PST"]
    assert source.lowercase
    assert type(target) is WordTokenizer


def test_a_shared_vocabulary_has_the_features_too():
    source, target = fit_tokenizers(with_features(share_embeddings=True), FEATURED)
    assert source is target
    plain = CharacterTokenizer.fit(["go", "see", "go", *FEATURED.target])
    assert source.vocabulary == [*plain.vocabulary, "￮V", "￮N", "￮PST"]
    assert target.tokenize(FEATURED.target) == plain.tokenize(FEATURED.target)
    # Embeddings apart, no target has a feature.
    source, target = fit_tokenizers(with_features(share_vocabulary=True), FEATURED)
    assert target.vocabulary == plain.vocabulary
    assert source.tokenizer is target
    options = {"share_vocabulary": True, "reverse_target": True}
    _, reversed_target = fit_tokenizers(with_features(**options), FEATURED)
    assert reversed_target.tokenize("ab") == target.tokenize("ab")[::-1]
    with pytest.raises(InputError, match=r"`share_embeddings` .* leave one out"):
        options = {"share_embeddings": True, "reverse_target": True}
        fit_tokenizers(with_features(**options), FEATURED)


def fingerprint_of(train, monkeypatch, tmp_path):
    config = TrainingConfig(
        output=str(tmp_path), tokenizer="character", units=4, embedding_dim=4
    )
    found = TrainingPairs(train, Pairs(["go"], ["went"]), [])
    monkeypatch.setattr(
        "seq2seq_keras.training.trainer.load_training_pairs", lambda config: found
    )
    with StopSignals() as signals:
        return Trainer(config, signals).fingerprint


def test_a_training_is_known_by_its_weights_and_features(eager, monkeypatch, tmp_path):
    sources, targets = ["ab", "a", "b"], ["ab", "a", "b"]
    given = {
        "plain": Pairs(sources, targets),
        "ones": Pairs(sources, targets, [1, 1, 1]),
        "weights": Pairs(sources, targets, [1, 2, 1]),
        "others": Pairs(sources, targets, [2, 1, 1]),
        "features": Pairs(["a\tb", "a", "b"], targets),
    }
    found = {n: fingerprint_of(p, monkeypatch, tmp_path) for n, p in given.items()}
    assert found["plain"] == found.pop("ones")
    assert len({*found.values()}) == 4
