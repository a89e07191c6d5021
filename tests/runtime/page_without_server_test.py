"""The page that translates with no server, in a browser that gets its files alone."""

import json
import os
import re
import shutil

import pytest

from benchmarks.page_translator import HOME, PageTranslator
from seq2seq_keras.cli import main
from seq2seq_keras.data import load_corpus
from seq2seq_keras.errors import InputError
from seq2seq_keras.page import page_files, read_onnxruntime_web, write_page
from seq2seq_keras.runtime import Translator as RuntimeTranslator
from seq2seq_keras.translation import RUNTIME_CHECKED, RUNTIME_CONFIG

TEXTS = ["i am a student", "is she tired?", "", "\tThe café, isn't it?\u2028no! "]
EVIL = """<img src=x onerror="document.title='taken'"><b>&amp;</b>"""
SEARCHES = {
    "greedy": {"beam_width": 1},
    "beam with rules": {
        **{"beam_width": 3, "n_best": 2, "prefix": ["je", "", "je ne", "nous"]},
        **{"length_normalization": "gnmt", "length_penalty": 0.6},
        **{"block_ngrams": 2, "repetition_penalty": 1.7, "min_length_ratio": 1.5},
        **{"coverage_penalty": 0.2, "replace_unknown": True},
    },
}
MORE_SEARCHES = {
    "beam": {"beam_width": 5, "n_best": 5},
    "short": {"max_length": 3},
    "short as the source": {"max_length_ratio": 0.6},
    "as tokens": {"beam_width": 4, "n_best": 4, "distinct_texts": False},
    "sums": {"beam_width": 3, "n_best": 3, "length_normalization": "none"},
    "prefix": {"prefix": "je"},
    "at least": {"min_length": 9, "min_length_ratio": 2.0},
    "unknown words": {"replace_unknown": True},
}
REFUSED = """async (options) => {
  const { Server } = await import("./page/server.js");
  const server = (window.server ??= new Server());
  const { signal } = new AbortController();
  try {
    await server.inspect("no", { options: JSON.parse(options) }, signal);
  } catch (error) {
    return error.kind === "refused" ? error.field : error.message;
  }
}"""


FOUND = """async () => {
  const { readFound } = await import("./page/found.js");
  const tensors = {
    token_ids: { dims: [1, 1, 3], data: new Int32Array([1, 1, 3]) },
    scores: { data: new Float32Array(1) },
    log_probabilities: { data: new Float32Array(3) },
    attention: {
      dims: [1, 1, 3, 3],
      data: new Float32Array([0, 0, 1, 0, 0.1, 0.9, 0, 0, 1]),
    },
  };
  const source = { copiedTokens: (tokens) => tokens };
  const vocabulary = ["", "<unk>", "<sos>", "<eos>"];
  const target = { vocabulary, rules: {}, join: (tokens) => tokens.join(" ") };
  const tokens = ["no", "student", "<eos>"];
  const options = { replace_unknown: true };
  return readFound(tensors, tokens, { source, target }, options, 1)[0].text;
}"""


@pytest.fixture(scope="session")
def library():
    """onnxruntime-web, if npm has it in its cache: tests ask no network for it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(os.environ, "npm_config_offline", "true")
        try:
            return read_onnxruntime_web()
        except InputError as error:
            pytest.skip(f"{error} Or: npm cache add onnxruntime-web@1.30.0")


@pytest.fixture(scope="session")
def page_folder(exported_folder, library, made_once):
    """What `export(page=True)` would write of the translator."""

    def make(folder):
        shutil.copytree(exported_folder, folder)
        config = json.loads((folder / RUNTIME_CONFIG).read_text(encoding="utf-8"))
        defaults = dict(config["decoding"])
        del defaults["max_source_length"]
        write_page(
            folder,
            name=EVIL,
            defaults=defaults,
            library=library,
            checked=(RUNTIME_CONFIG,),
        )

    return made_once("page", make)


@pytest.fixture
def open_page(page_folder, new_page):
    def open_page(folder=page_folder, **options):
        translator = PageTranslator(new_page(**{"locale": "en-GB", **options}), folder)
        opened.append(translator)
        return translator

    opened = []
    yield open_page
    assert not any(translator.refused for translator in opened)


@pytest.fixture(scope="module")
def shared(page_folder, browser):
    """One page for what leaves it as it was: to compile the library takes longest."""
    complaints, page = [], browser.new_page()
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    translator = PageTranslator(page, page_folder)
    yield translator
    page.context.close()
    assert not complaints + translator.refused


def type_text(page, text):
    page.fill("#source", text)
    page.locator("#lines:not(.stale)[aria-busy=false]").wait_for()
    page.locator(".hypothesis").first.wait_for()


@pytest.mark.parametrize("search", SEARCHES.values(), ids=SEARCHES)
def test_it_finds_what_the_translator_finds(translator, shared, assert_alike, search):
    assert_alike(translator, shared, TEXTS, **search)


def test_an_unknown_word_stays_where_no_source_word_got_attention(shared):
    assert shared.page.evaluate(FOUND) == "<unk> student"


@pytest.mark.slow
def test_it_does_with_every_option(translator, shared, assert_alike):
    for search in MORE_SEARCHES.values():
        assert_alike(translator, shared, TEXTS, **search)


@pytest.mark.slow
def test_it_does_on_two_hundred_lines(translator, shared, assert_alike):
    texts = load_corpus("phrasebook/english-french").test.source[:200]
    for search in ({}, {"beam_width": 5, "n_best": 5}):
        assert_alike(translator, shared, texts, **search)
        shown = [found.text for found in shared.decode(texts, **search)]
        assert shown == translator.translate(texts, **search)


def test_what_is_typed_is_translated_and_shown_as_text(translator, open_page):
    page = open_page().page
    type_text(page, f"i am a student\n{EVIL}")
    shown = page.locator("#lines .line span").all_inner_texts()
    assert shown == translator.translate(["i am a student", EVIL], beam_width=4)
    found = translator.decode(EVIL, beam_width=4, n_best=4)
    labels = page.locator(".hypothesis label").all_inner_texts()
    assert labels == [each.text or "∅" for each in found.hypotheses]
    scores = page.locator(".score").all_inner_texts()
    assert scores == [f"Score {each.score:.3f}" for each in found.hypotheses]
    weights = [float(x) for x in page.locator(".heat td span").all_text_contents()]
    assert weights == pytest.approx(found.attention.ravel().tolist(), abs=0.006)
    assert page.locator("#model").evaluate("node => node.value") == EVIL
    assert page.title() == "Translate · seq2seq_keras"
    assert page.locator("img, main b").count() == 0
    assert_anyone_can_use(page)
    assert_says_what_it_is_and_can(page)


def assert_says_what_it_is_and_can(page):
    assert "no text leaves it" in page.locator("footer").inner_text()
    assert page.get_by_label("Version").is_hidden()
    assert page.locator(".from-file").is_hidden()
    page.locator("summary").click()
    methods = page.locator("[name=method]").evaluate_all("all => all.map(x => x.value)")
    assert methods == ["beam", "greedy"]
    assert page.get_by_label("Begin with").is_visible()
    assert page.locator("[name=avoid], [name=seed], [name=temperature]").count() == 0
    page.get_by_label("Begin with").fill("zzz")
    page.fill("#source", "no")
    page.locator("#option-prefix-error").get_by_text("lacks “zzz”").wait_for()


def test_no_script_but_its_own_may_run(page_folder, new_page):
    html = (page_folder / "index.html").read_text(encoding="utf-8")
    [policy] = re.findall('http-equiv="Content-Security-Policy" content="(.*)"', html)
    assert "unsafe-inline" not in policy
    assert "'unsafe-eval'" not in policy
    assert policy.startswith("default-src 'none'; script-src 'wasm-unsafe-eval' 'self'")
    new_page.expected += ["Content Security Policy"]
    page = new_page()
    alone = re.sub("<script.*?</script>|<link.*?>", "", html)
    page.route(
        "**/*", lambda route: route.fulfill(body=alone, content_type="text/html")
    )
    page.goto(HOME)
    page.evaluate(
        "document.body.append(Object.assign(document.createElement('script'), "
        "{textContent: 'window.ran = true'}))"
    )
    assert not page.evaluate("window.ran")
    refused = page.evaluate("fetch('https://example.org').then(() => 0, () => 1)")
    assert refused == 1


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"beam_width": 33}, "beam_width"),
        ({"beam_width": "4"}, "beam_width"),
        ({"beam_width": 2, "n_best": 3}, "n_best"),
        ({"length_penalty": None}, "length_penalty"),
        ({"length_normalization": "wide"}, "length_normalization"),
        ({"distinct_texts": 1}, "distinct_texts"),
        ({"min_length": 9, "max_length": 5}, "min_length"),
        ({"coverage_penalty": 0.1, "beam_width": 1}, "coverage_penalty"),
        ({"length_normalization": "none", "length_penalty": 0.5}, "length_penalty"),
        ({"sample": True}, "sample"),
        ({"__proto__": 1}, "__proto__"),
        ({"constructor": 1}, "constructor"),
        ({"prefix": "je " * 30, "max_length": 20}, "prefix"),
        ({"prefix": 1}, "prefix"),
        ({"prefix": "\ud800"}, "prefix"),
    ],
)
def test_options_are_checked(shared, options, field):
    refused = shared.page.evaluate(REFUSED, json.dumps(options))
    assert refused == field


def test_opened_as_a_file_it_says_what_it_needs(page_folder, new_page):
    new_page.expected += ["CORS policy", "net::ERR_FAILED"]
    page = new_page()
    page.goto((page_folder / "index.html").as_uri())
    assert "http.server" in page.locator(".from-file").inner_text()


@pytest.mark.parametrize("name", ["weights.bin", "page/text.json"])
def test_a_changed_file_is_named(page_folder, open_page, new_page, tmp_path, name):
    new_page.expected += ["integrity"]
    folder = shutil.copytree(page_folder, tmp_path / "copy")
    content = bytearray((folder / name).read_bytes())
    content[-3] ^= 1
    (folder / name).write_bytes(content)
    page = open_page(folder).page
    page.fill("#source", "no")
    page.locator("#trouble").get_by_text("missing or damaged").wait_for()
    assert name in page.locator("#trouble q").inner_text()


AXE = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "phone": {"viewport": {"width": 390, "height": 844}},
    "korean": {"color_scheme": "dark", "locale": "ko-KR"},
}


@pytest.mark.slow
@pytest.mark.parametrize("options", AXE.values(), ids=AXE)
def test_anyone_can_use_it(open_page, options):
    page = open_page(**options).page
    type_text(page, "i am a student")
    page.locator("summary").click()
    assert_anyone_can_use(page)
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width == page.evaluate("innerWidth")


def assert_anyone_can_use(page):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    found = axe.run(page).response["violations"]
    assert not {each["id"]: [node["html"] for node in each["nodes"]] for each in found}


@pytest.mark.slow
def test_the_command_writes_it(saved_translator, library, tmp_path, open_page, capsys):
    package, folder = tmp_path / "package", tmp_path / "mine"
    (package / "dist").mkdir(parents=True)
    names = ("ort.wasm.bundle.min.mjs", "ort-wasm-simd-threaded.wasm")
    for name, content in zip(names, library.values(), strict=True):
        (package / "dist" / name).write_bytes(content)
    command = ["export", str(saved_translator), str(folder), "--format", "onnx"]
    command += ["--page", "--onnxruntime-web", str(package)]
    for _ in range(2):  # the second time in the place of the first
        assert main(command) == 0
    assert "http://127.0.0.1:8000" in capsys.readouterr().out
    readme = (folder / "README.md").read_text(encoding="utf-8")
    assert "## The page" in readme
    [found] = open_page(folder).decode(["i am a student"])
    runtime = RuntimeTranslator.load(folder)
    assert found.text == runtime.translate("i am a student")
    (folder / "page" / "mine.js").write_text("mine")
    assert main(command) == 2
    assert "mine.js" in capsys.readouterr().err


def test_a_page_is_refused_before_anything_is_written(
    translator, saved_translator, tmp_path, capsys
):
    folder = tmp_path / "mine"
    with pytest.raises(InputError, match="`page` is for"):
        translator.export(folder, page=True)
    with pytest.raises(InputError, match="does nothing without `page`"):
        translator.export(folder, format="onnx", onnxruntime_web=tmp_path)
    with pytest.raises(InputError, match="is missing: name the folder of the npm"):
        translator.export(folder, format="onnx", page=True, onnxruntime_web=tmp_path)
    command = ["export", str(saved_translator), str(folder), "--page"]
    assert main(command) == 2
    assert "does nothing without `--format onnx`" in capsys.readouterr().err
    assert not folder.exists()


def test_its_files_are_known_by_their_places(page_folder):
    places = {
        path.relative_to(page_folder).as_posix() for path in page_folder.rglob("*")
    }
    own = {*RUNTIME_CHECKED["onnx"], RUNTIME_CONFIG, "README.md"}
    assert places - page_files() == own
    assert page_files() <= places
