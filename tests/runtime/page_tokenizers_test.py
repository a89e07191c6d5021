"""The tokenizers of the page, in a browser, are those of Python to the byte."""

import json

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
          window.tokenizers = Object.fromEntries(
            Object.entries(configs).map(([kind, config]) => [kind, makeTokenizer(config, shared)]),
          );
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


def assert_equal(in_browser, kind, texts):
    other = plain(KINDS[kind])
    has_join = not isinstance(KINDS[kind], FeaturesTokenizer)
    for text, found in zip(texts, in_browser(kind, texts), strict=True):
        tokens = other.split(text)
        joined = other.join(tokens) if has_join else None
        assert found == [tokens, other.ids(tokens), joined], text


@every_kind
@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(nasty_texts(60))
def test_scripts_split_nasty_texts_as_python_does(in_browser, kind, texts):
    assert_equal(in_browser, kind, texts)
