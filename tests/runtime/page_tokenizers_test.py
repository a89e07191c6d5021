"""The tokenizers of the page, in a browser, are those of Python to the byte."""

import pytest
from hypothesis import HealthCheck, given, settings
from nasty_texts import KINDS, nasty_texts, plain

from seq2seq_keras.data import load_corpus, read_lines
from seq2seq_keras.page import ALONE_FOLDER, text_rules
from seq2seq_keras.text import FeaturesTokenizer

HOME = "http://localhost/"
every_kind = pytest.mark.parametrize("kind", KINDS)
SPLIT = """([kind, texts]) => texts.map((text) => {
  const tokenizer = tokenizers[kind];
  const tokens = tokenizer.split(text);
  const joined = kind.startsWith("featured") ? null : tokenizer.join(tokens);
  return [tokens, tokenizer.ids(tokens), joined];
})"""


@pytest.fixture(scope="module")
def in_browser(browser):
    """A function that asks the scripts what `KINDS` make of texts."""
    page = browser.new_page()
    complaints = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.route("**/*", _give_script)
    page.goto(HOME)
    configs = {kind: tokenizer.get_config() for kind, tokenizer in KINDS.items()}
    page.evaluate(
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
    yield lambda kind, texts: page.evaluate(SPLIT, [kind, texts])
    page.context.close()
    assert not complaints


def _give_script(route):
    name = route.request.url.removeprefix(HOME)
    if not name:
        return route.fulfill(body="<!doctype html>", content_type="text/html")
    script = (ALONE_FOLDER / name).read_bytes()
    return route.fulfill(body=script, content_type="text/javascript")


def differing(in_browser, kind, texts):
    """The texts of which the scripts make something else than Python does."""
    other = plain(KINDS[kind])
    has_join = not isinstance(KINDS[kind], FeaturesTokenizer)  # which no target has
    wrong = []
    for text, found in zip(texts, in_browser(kind, texts), strict=True):
        tokens = other.split(text)
        joined = other.join(tokens) if has_join else None
        if found != [tokens, other.ids(tokens), joined]:
            wrong.append(text)
    return wrong


@every_kind
@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(nasty_texts(60))
def test_scripts_split_nasty_texts_as_python_does(in_browser, kind, texts):
    assert not differing(in_browser, kind, texts)


@pytest.mark.slow
@every_kind
@settings(
    max_examples=200,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(nasty_texts(500))
def test_they_split_a_hundred_thousand_so(in_browser, kind, texts):
    assert not differing(in_browser, kind, texts)


@pytest.mark.slow
@every_kind
def test_they_split_every_line_of_the_corpora_so(in_browser, kind, public_data):
    pairs = [
        load_corpus(f"phrasebook/{name}")
        for name in ("english-french", "korean-english")
    ]
    files = [[*part.source, *part.target] for parts in pairs for part in parts]
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
