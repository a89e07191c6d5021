"""The tokenizers of the page, in a browser, are those of Python to the byte."""

import base64
import io

import pytest
from hypothesis import given, settings
from nasty_texts import KINDS, WORDS, nasty_texts, plain

from seq2seq_keras.data import load_corpus, read_lines
from seq2seq_keras.page import ALONE_FOLDER, text_rules

HOME = "http://localhost/"
every_kind = pytest.mark.parametrize("kind", KINDS)
SPLIT = """([kind, texts]) => texts.map((text) => {
  const tokenizer = tokenizers[kind];
  const tokens = tokenizer.split(text);
  return [tokens, tokenizer.ids(tokens), tokenizer.join(tokens)];
})"""


@pytest.fixture(scope="module")
def script_page(browser):
    """An empty page beside the scripts, which none may make complain."""
    page = browser.new_page()
    complaints = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.route("**/*", _give_script)
    page.goto(HOME)
    yield page
    page.context.close()
    assert not complaints


@pytest.fixture(scope="module")
def in_browser(script_page):
    """A function that asks the scripts what `KINDS` make of texts."""
    configs = {kind: tokenizer.get_config() for kind, tokenizer in KINDS.items()}
    script_page.evaluate(
        """async ([configs, rules]) => {
          const { TextRules, makeTokenizer } = await import("./tokenizers.js");
          const shared = new TextRules(rules);
          window.tokenizers = {};
          for (const kind in configs) {
            tokenizers[kind] = makeTokenizer(configs[kind], shared);
          }
        }""",
        [configs, text_rules()],
    )
    return lambda kind, texts: script_page.evaluate(SPLIT, [kind, texts])


def _give_script(route):
    name = route.request.url.removeprefix(HOME)
    if not name:
        return route.fulfill(body="<!doctype html>", content_type="text/html")
    script = (ALONE_FOLDER / name).read_bytes()
    return route.fulfill(body=script, content_type="text/javascript")


def differing(in_browser, kind, texts):
    """The texts of which the scripts make something else than Python does."""
    other = plain(KINDS[kind])
    wrong = []
    for text, found in zip(texts, in_browser(kind, texts), strict=True):
        tokens = other.split(text)
        if found != [tokens, other.ids(tokens), other.join(tokens)]:
            wrong.append(text)
    return wrong


@every_kind
@settings(max_examples=5)
@given(nasty_texts(60))
def test_scripts_split_nasty_texts_as_python_does(in_browser, kind, texts):
    assert not differing(in_browser, kind, [*WORDS, *texts])


@pytest.mark.slow
@every_kind
@settings(max_examples=200, deadline=None)
@given(nasty_texts(500))
def test_they_split_a_hundred_thousand_so(in_browser, kind, texts):
    assert not differing(in_browser, kind, texts)


@pytest.mark.slow
@every_kind
def test_they_split_every_line_of_the_corpora_so(in_browser, kind, public_data):
    names = ("english-french", "korean-english")
    parts = [part for name in names for part in load_corpus(f"phrasebook/{name}")]
    files = [[*part.source, *part.target] for part in parts]
    files += [list(read_lines(path)) for path in corpora(public_data)]
    assert len(files) > 20
    wrong = 0
    for lines in files:
        for start in range(0, len(lines), 5000):
            wrong += len(differing(in_browser, kind, lines[start : start + 5000]))
    assert wrong == 0


def corpora(folder):
    return [
        path
        for ending in ("en", "fr", "de", "tsv")
        for path in sorted(folder.rglob(f"*.{ending}"))
    ]


OTHERS = {
    "as elsewhere": {"normalization_rule_name": "nmt_nfkc_cf"},
    "as it is": {
        "normalization_rule_name": "identity",
        "remove_extra_whitespaces": False,
    },
    "symbols": {
        "user_defined_symbols": ["<sep>", "mon", "mo", "▁je suis", "est "],
        "add_dummy_prefix": False,
    },
}


def changed(model, change):
    """A model of which a third of the pieces is unused, or many are as good."""
    messages = pytest.importorskip("sentencepiece.sentencepiece_model_pb2")
    message = messages.ModelProto.FromString(model)
    for number, piece in enumerate(message.pieces):
        if change == "unused" and number > 9 and number % 3 == 0:
            piece.type = piece.UNUSED if len(piece.piece) > 1 else piece.type
        elif change == "ties":
            piece.score = round(piece.score)
    return message.SerializeToString()


@pytest.fixture(scope="module", params=["bpe", "unigram"])
def others_models(request):
    """Models such as other programs make, by name."""
    sentencepiece = pytest.importorskip("sentencepiece")
    french = load_corpus("phrasebook/english-french").test.target
    korean = load_corpus("phrasebook/korean-english").test.source
    models = {}
    for name, options in OTHERS.items():
        writer = io.BytesIO()
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter([*french, *korean, *WORDS]),
            **{"model_writer": writer, "model_type": request.param, "minloglevel": 2},
            **{"vocab_size": 1200, "hard_vocab_limit": False, **options},
        )
        models[name] = writer.getvalue()
    if request.param == "unigram":
        del models["symbols"]  # where scores tie but for rounding, they differ
    for change in ("unused", "ties"):
        models[change] = changed(models["as elsewhere"], change)
    return models


CUT = """async ([model, texts]) => {
  const { SentencePiece } = await import("./sentencepiece.js");
  const bytes = Uint8Array.from(atob(model), (letter) => letter.charCodeAt(0));
  const pieces = new SentencePiece(bytes);
  return texts.map((text) => pieces.encode(text));
}"""


@pytest.mark.slow
@settings(max_examples=10, deadline=None)
@given(nasty_texts(300))
def test_models_of_others_are_cut_as_their_library_does(
    script_page, others_models, texts
):
    import sentencepiece

    texts = [*texts, "mon 1,000.5", "mo" * 300, " " * 50, "<sep>mon je suis  est "]
    for model in others_models.values():
        expected = sentencepiece.SentencePieceProcessor(model_proto=model)
        found = script_page.evaluate(CUT, [base64.b64encode(model).decode(), texts])
        assert found == expected.encode(texts, out_type=str)
