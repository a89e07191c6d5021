"""Tests of the page that seq2seq_keras.serving serves, in a browser.

The answers are made by hand and the browser gets them without any server; only the last
test asks a real one.
"""

import json
import pathlib
import re

import pytest

from seq2seq_keras.decoding import SearchOptions
from seq2seq_keras.options import options_of
from seq2seq_keras.page import PAGE_FOLDER

# Where browsers allow what they allow to safe pages; nothing listens there.
HOME = "http://localhost/"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data: blob:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript"}
EVIL = """<img src=x onerror="document.title='taken'"><b>&amp;</b>"""


def option(name, kind, default, minimum=None, maximum=None, **more):
    record = {"name": name, "type": kind, "default": default, "choices": None}
    bounds = {"minimum": minimum, "maximum": maximum, "optional": default is None}
    return {**record, **bounds, "description": f"What `{name}` does.", **more}


MODEL = {
    "name": "small",
    "kind": "translator",
    "state": "AVAILABLE",
    "versions": [2, 1],
    "default": 2,
    "labels": {"stable": 1},
    "has_attention": True,
    "source_language": None,
    "target_language": "fr",
    "limits": {"texts": 2, "characters": 100},
    "options": [
        option("max_length", "integer", 50, 1, 100),
        option("beam_width", "integer", 1, 1, 32),
        option("n_best", "integer", 1, 1, 32),
        option("sample", "boolean", False),
        option("temperature", "number", 1.0, 1e-6, 1e6),
        option(
            "length_normalization",
            "string",
            "average",
            choices=["average", "gnmt", "none"],
        ),
        option("of_next_year", "boolean", False),
    ],
}


def hypothesis(tokens, score, probabilities, attention):
    return {
        "text": " ".join(tokens[:-1]),
        "tokens": tokens,
        "score": score,
        "token_probabilities": probabilities,
        "attention": attention,
        "ended": True,
    }


def node(token, parent, probability, score, rank=None):
    names = ("token", "parent", "probability", "score", "rank")
    return dict(zip(names, (token, parent, probability, score, rank), strict=True))


# Two words and the end. The first translation looks straight, the second crosswise.
STRAIGHT = [[0.9, 0.1, 0.0], [0.2, 0.75, 0.05], [0.0, 0.0, 1.0]]
CROSSED = [[0.1, 0.8, 0.1], [0.7, 0.2, 0.1], [0.0, 0.0, 1.0]]
BEAM = [
    node("le", None, 0.5, -0.69),
    node("un", None, 0.25, -1.39),
    node("chat", 0, 1.0, -0.69),
    node("chat", 1, 0.5, -2.08),
    node("<eos>", 2, 1.0, -0.69, 0),
    node("<eos>", 3, 1.0, -2.08, 1),
    node("chien", 1, 0.0001, -10.6),
]
THE_CAT = {
    "text": "le chat",
    "source": "the cat",
    "source_tokens": ["the", "cat", "<eos>"],
    "hypotheses": [
        hypothesis(["le", "chat", "<eos>"], -0.231, [0.5, 1.0, 1.0], STRAIGHT),
        hypothesis(["un", "chat", "<eos>"], -0.693, [0.25, 0.5, 1.0], CROSSED),
    ],
    "beam": BEAM,
}


def translated(text):
    """What stands for a translation: the text in capitals, and one hypothesis."""
    if text == "the cat":
        return THE_CAT
    tokens, source = [*text.upper().split(), "<eos>"], [*text.split(), "<eos>"]
    weights = [[1 / len(source)] * len(source) for _ in tokens]
    only = hypothesis(tokens, -1.0, [0.5] * len(tokens), weights)
    found = {"text": text.upper(), "source": text, "source_tokens": source}
    return {**found, "hypotheses": [{**only, "text": text.upper()}], "beam": None}


class StandIn:
    """Answers the browser in place of a stand_in, and keeps what it was asked."""

    def __init__(self):
        self.models = [MODEL]
        self.asked = []  # bodies of /translate
        self.tokens = []  # headers with a token
        self.failures = []  # (status, body, headers), each for one request
        self.held = {}  # by text, what is to be answered later
        self.newest = 2
        self.most = None  # texts of a request, if the search allows for no more
        self.last_lines = []  # of the next answer in lines

    def __call__(self, route):
        request = route.request
        path = request.url.removeprefix(HOME)
        if path == "models":
            self.tokens.append(request.headers.get("authorization"))
            if self.failures:
                return self.fail(route)
            return route.fulfill(json={"models": self.models})
        if path == "translate":
            return self.translate(route, json.loads(request.post_data))
        file = PAGE_FOLDER / (path.removeprefix("page/") or "index.html")
        kind = TYPES.get(file.suffix, "image/svg+xml")
        headers = {"Content-Security-Policy": POLICY, "Content-Type": kind}
        return route.fulfill(body=file.read_bytes(), headers=headers)

    def fail(self, route):
        status, body, headers = self.failures.pop(0)
        route.fulfill(status=status, json=body, headers=headers)

    def translate(self, route, body):
        self.asked.append(body)
        if self.most and len(body["texts"]) > self.most:
            error = {"error": "Send fewer.", "field": "texts"}
            return route.fulfill(status=413, json=error)
        if self.failures:
            return self.fail(route)
        if body["texts"][0] in self.held:
            self.held[body["texts"][0]] = route
            return None
        return self.answer(route, body)

    def answer(self, route, body):
        found = [translated(text) for text in body["texts"]]
        version = body.get("version", self.newest)
        if not body.get("details"):
            named = {"model": body["model"], "version": version}
            lines = [json.dumps({**named, "text": each["text"]}) for each in found]
            lines += map(json.dumps, self.last_lines)
            self.last_lines = []
            return route.fulfill(
                body="\n".join(lines), content_type="application/x-ndjson"
            )
        return route.fulfill(
            json={"model": body["model"], "version": version, "translations": found}
        )


@pytest.fixture
def stand_in():
    return StandIn()


@pytest.fixture
def open_page(new_page, stand_in):
    def open_page(**options):
        page = new_page(**{"locale": "en-GB", **options})
        page.route("**/*", stand_in)
        page.goto(HOME)
        page.locator("#model option").first.wait_for(state="attached")
        return page

    return open_page


@pytest.fixture
def page(open_page):
    return open_page()


def type_text(page, text, shown=None):
    """Types, and waits until the translation is there."""
    page.fill("#source", text)
    text = shown or translated(text)["text"]
    page.locator("#lines").get_by_text(text, exact=True).first.wait_for()
    page.locator("#lines[aria-busy=false]").wait_for()


def cell(page, row, column):
    return page.locator(f".heat td[data-row='{row}'][data-column='{column}']")


def texts_of(page, selector):
    return page.locator(selector).all_inner_texts()


def drawn_of(page, selector):
    """Texts in SVG."""
    return page.locator(selector).all_text_contents()


def test_the_translation_appears_as_typing_stops(page, stand_in):
    page.locator("#source").press_sequentially("the cat")
    page.locator("#lines").get_by_text("le chat").wait_for()
    page.locator("#lines[aria-busy=false]").wait_for()
    assert stand_in.asked[-1] == {
        "texts": ["the cat"],
        "model": "small",
        "beam_width": 4,
        "n_best": 4,
        "details": True,
        "trace": True,
    }
    assert page.locator("#status").text_content() == "Translation: le chat"
    assert re.fullmatch(r"small · version 2 · \d+ ms", texts_of(page, "#took")[0])
    assert page.locator("#lines").get_attribute("lang") == "fr"


def test_an_answer_that_comes_late_is_dropped(page, stand_in):
    stand_in.held["slow"] = None
    with page.expect_request(lambda request: "slow" in (request.post_data or "")):
        page.fill("#source", "slow")
    type_text(page, "the cat")
    late = stand_in.held.pop("slow")
    try:
        stand_in.answer(late, stand_in.asked[0])
    except Exception as error:  # the browser has let go of it
        assert "abort" in str(error).lower() or "handled" in str(error).lower()
    # By the time two later answers are there, that one has had its effect.
    for _ in range(2):
        page.evaluate("fetch('models').then(answer => answer.json())")
    assert texts_of(page, ".hypothesis label") == ["le chat", "un chat"]
    assert "SLOW" not in page.content()


def test_the_n_best_are_listed_with_scores_and_probabilities(page):
    type_text(page, "the cat")
    assert texts_of(page, ".hypothesis label") == ["le chat", "un chat"]
    assert texts_of(page, ".score") == ["Score -0.231", "Score -0.693"]
    second = page.locator(".hypothesis").nth(1).locator(".token")
    assert [text.split() for text in second.all_inner_texts()] == [
        ["un", "0.25"],
        ["chat", "0.50"],
        ["<eos>", "1.00"],
    ]
    shades = [
        token.evaluate("node => node.style.getPropertyValue('--share')")
        for token in second.all()
    ]
    assert shades == ["75.0%", "50.0%", "0.0%"]


def test_a_row_and_a_column_of_the_attention_light_up(page):
    type_text(page, "the cat")
    cell(page, 1, 0).hover()
    assert texts_of(page, ".heat .lit > th, .heat th.lit") == ["the", "chat"]
    assert page.locator(".heat td.crossed").inner_text() == "0.20"
    assert texts_of(page, "#attention-readout") == [
        "“chat” gave 0.20 of its attention to “the”."
    ]
    assert texts_of(page, "#source-tokens .lit") == ["the"]
    assert texts_of(page, "#hypothesis-list .lit bdi") == ["chat"]
    page.mouse.move(0, 0)
    assert page.locator(".lit").count() == 0


def test_pointing_at_a_word_shows_where_it_looked(page):
    type_text(page, "the cat")
    page.locator(".hypothesis").nth(1).locator(".token").first.hover()
    shares = [
        token.evaluate("node => node.style.getPropertyValue('--look-share')")
        for token in page.locator("#source-tokens .token").all()
    ]
    assert shares == ["10.0%", "80.0%", "10.0%"]
    # It is not the one whose heat map is shown.
    assert page.locator(".heat .lit").count() == 0
    page.locator("#source-tokens .token").nth(1).hover()
    assert texts_of(page, "#attention-readout") == [
        "“cat” was looked at by “chat” (0.75) and “le” (0.10)."
    ]


def test_the_heat_map_is_that_of_the_translation_that_is_chosen(page):
    type_text(page, "the cat")
    first_row = page.locator(".heat tbody tr").first.inner_text()
    assert first_row.split() == ["le", "0.90", "0.10", "0.00"]
    page.get_by_text("un chat").click()
    assert cell(page, 0, 1).inner_text() == "0.80"
    assert page.locator("#rank-1").is_checked()


def test_the_keyboard_leads_through_words_heat_map_and_tree(page):
    type_text(page, "the cat")
    page.locator("#source-tokens .token").first.focus()
    page.keyboard.press("ArrowRight")
    assert page.locator(":focus").inner_text() == "cat"
    cell(page, 0, 0).focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    assert texts_of(page, "#attention-readout") == [
        "“chat” gave 0.75 of its attention to “cat”."
    ]
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    assert page.locator(":focus").inner_text() == "cat"
    page.keyboard.press("Control+End")
    assert page.locator(":focus").inner_text() == "1.00"
    # One stop of the Tab key, and then the tree.
    page.keyboard.press("Tab")
    assert page.locator(":focus").get_attribute("role") == "treeitem"
    for key, way in [
        ("ArrowRight", "le chat"),
        ("ArrowDown", "un chat"),
        ("ArrowLeft", "un"),
        ("End", "un chat <eos>"),
    ]:
        page.keyboard.press(key)
        assert texts_of(page, "#beam-readout")[0].startswith(f"{way}: probability")
    page.keyboard.press("Escape")
    assert page.locator(".lit").count() == 0


def test_the_beam_is_a_tree_with_the_best_way_on_top(page):
    type_text(page, "the cat")
    nodes = page.locator("#beam-tree [role=treeitem]")
    levels = [each.get_attribute("aria-level") for each in nodes.all()]
    assert levels == ["1", "1", "2", "2", "3", "3", "2"]
    heights = [each.bounding_box()["y"] for each in page.locator(".node.best").all()]
    assert len(heights) == 3
    assert max(heights) - min(heights) < 1
    assert drawn_of(page, ".node.given-up .token-text") == ["chien"]
    assert drawn_of(page, ".node.given-up .probability") == ["<0.001"]
    assert drawn_of(page, ".node .end") == ["#1 -0.23", "#2 -0.69"]
    nodes.nth(3).hover()
    assert drawn_of(page, ".node.lit .token-text") == ["un", "chat"]
    assert page.locator(".edge.lit").count() == 2
    # What goes through it is the second translation.
    lit = page.locator("#hypothesis-list .lit")
    assert lit.evaluate("node => [node.dataset.rank, node.dataset.row]") == ["1", "1"]


def test_what_is_no_number_is_a_question_mark(page, monkeypatch):
    given_up = BEAM[-1] | {"probability": None, "score": None}
    monkeypatch.setitem(THE_CAT, "beam", [*BEAM[:-1], given_up])
    type_text(page, "the cat")
    assert drawn_of(page, ".node.given-up .probability") == ["?"]


def test_without_attention_or_tree_the_page_says_so(page, stand_in):
    plain = json.loads(json.dumps(MODEL)) | {"has_attention": False}
    stand_in.models = [plain]
    hypothesis = THE_CAT["hypotheses"][0] | {"attention": None, "score": None}
    hypothesis["token_probabilities"] = None
    answer = THE_CAT | {"hypotheses": [hypothesis], "beam": None}
    page.route(
        "**/translate",
        lambda route: route.fulfill(
            json={"model": "small", "version": 1, "translations": [answer]}
        ),
    )
    page.reload()
    type_text(page, "the cat")
    assert "no attention" in page.locator("#attention").inner_text()
    assert page.locator("#beam").is_hidden()
    assert texts_of(page, "#hypothesis-list .token") == ["le", "chat", "<eos>"]


def test_only_options_that_differ_from_the_model_are_asked_for(page, stand_in):
    type_text(page, "the cat")
    page.locator("summary").click()
    page.get_by_label("Width of the beam").fill("2")
    page.get_by_label("Begin with").fill("le")
    page.get_by_label("Avoid").fill("chien\n\nun ")
    page.get_by_label("Normalization of length").select_option("gnmt")
    # One that the page does not know is called by its name.
    page.get_by_label("of_next_year").check()
    type_text(page, "more")
    assert {**stand_in.asked[-1], "texts": None} == {
        "texts": None,
        "model": "small",
        "details": True,
        "trace": True,
        "beam_width": 2,
        "n_best": 2,
        "prefix": "le",
        "avoid": ["chien", "un"],
        "length_normalization": "gnmt",
        "of_next_year": True,
    }
    page.get_by_label("Sampling").check()
    page.get_by_label("Temperature").fill("0.5")
    type_text(page, "again")
    asked = stand_in.asked[-1]
    assert (asked["sample"], asked["temperature"]) == (True, 0.5)
    assert not {"beam_width", "length_normalization"} & set(asked)
    page.get_by_role("button", name="As the model was saved").click()
    type_text(page, "at last")
    assert set(stand_in.asked[-1]) == {"texts", "model", "details", "trace"}
    assert page.locator("#search-summary").inner_text() == "greedy"


def test_what_is_out_of_range_is_not_asked_for(page, stand_in):
    type_text(page, "the cat")
    page.locator("summary").click()
    width = page.get_by_label("Width of the beam")
    asked = len(stand_in.asked)
    width.fill("33")
    assert page.locator("#option-beam_width-error").inner_text() == (
        "A whole number from 1 to 32."
    )
    assert width.get_attribute("aria-invalid") == "true"
    width.fill("3")
    type_text(page, "on")
    assert {body["beam_width"] for body in stand_in.asked[asked:]} == {3}


def test_a_version_can_be_chosen(page, stand_in):
    page.select_option("#version", label="1 (stable)")
    type_text(page, "the cat")
    assert stand_in.asked[-1]["version"] == 1
    assert "version 1" in page.locator("#took").inner_text()


def test_each_line_is_translated_once_and_can_be_looked_into(page, stand_in):
    type_text(page, "the cat\n\none\ntwo\nthree\none", "THREE")
    assert texts_of(page, "#lines .line span") == [
        *("le chat", "ONE", "TWO", "THREE", "ONE")
    ]
    # First the line that is looked into, where the caret is; then two at a time, which
    # are as many as the server takes.
    assert [body["texts"] for body in stand_in.asked] == [
        ["one"],
        ["the cat", "two"],
        ["three"],
    ]
    assert page.locator("#status").text_content() == "5 lines translated"
    page.locator("#lines .line").nth(2).click()
    page.locator("#hypothesis-list").get_by_text("TWO", exact=True).first.wait_for()
    assert page.locator("#lines [aria-current]").inner_text().split() == ["two", "TWO"]
    # What is known already is not asked again.
    page.fill("#source", "the cat\n\none\ntwo\nthree\nfour")
    page.locator("#lines").get_by_text("FOUR", exact=True).wait_for()
    texts = [text for body in stand_in.asked[3:] for text in body["texts"]]
    assert texts.count("four") == 1
    assert not {"one", "three"} & set(texts)


def test_fewer_lines_are_asked_for_where_the_search_is_wide(page, stand_in, new_page):
    new_page.expected += ["status of 413"]
    stand_in.most = 1
    type_text(page, "the cat\none\ntwo\nthree", "TWO")
    assert texts_of(page, "#lines .line span") == ["le chat", "ONE", "TWO", "THREE"]
    assert [body["texts"] for body in stand_in.asked] == [
        *(["three"], ["the cat", "one"], ["the cat"], ["one"], ["two"])
    ]
    assert page.locator("#trouble").is_hidden()


def test_lines_of_a_version_that_is_gone_are_translated_anew(page, stand_in):
    type_text(page, "the cat\none\ntwo", "TWO")
    stand_in.newest = 3
    stand_in.models = [MODEL | {"versions": [3, 2], "default": 3}]
    asked = len(stand_in.asked)
    # What is looked into is known already, and a line below it is not.
    page.evaluate(
        "() => { const source = document.querySelector('#source');"
        " source.value += '\\nthree'; source.setSelectionRange(13, 13);"
        " source.dispatchEvent(new InputEvent('input')); }"
    )
    page.locator("#took").get_by_text("version 3").wait_for()
    page.locator("#lines[aria-busy=false]").wait_for()
    texts = [text for body in stand_in.asked[asked:] for text in body["texts"]]
    assert {"the cat", "one", "two", "three"} <= set(texts)
    assert texts_of(page, "#lines .line span") == ["le chat", "ONE", "TWO", "THREE"]


def test_what_fails_in_the_middle_has_its_own_kind(page, stand_in):
    stand_in.last_lines = [{"error": "late", "status": 504}]
    page.fill("#source", "the cat\none")
    page.locator("#trouble").get_by_text("took longer than the server").wait_for()


def test_characters_are_counted_as_the_server_counts_them(page):
    type_text(page, "😀" * 60)
    assert page.locator("#count").inner_text().split()[0] == "60"


def test_a_line_that_is_too_long_is_left_out(page, stand_in):
    type_text(page, "the cat\n" + 101 * "a", "le chat")
    assert "longer than 100 characters" in page.locator("#lines").inner_text()
    assert [body["texts"] for body in stand_in.asked] == [["the cat"]]


def test_korean_is_remembered(page):
    type_text(page, "the cat")
    page.select_option("#language", "ko")
    for _ in range(2):
        assert page.locator("html").get_attribute("lang") == "ko"
        assert page.title() == "번역 · seq2seq_keras"
        assert page.locator("#source-title").inner_text() == "원문"
        page.reload()
    type_text(page, "the cat")
    assert texts_of(page, ".score")[0] == "점수 -0.231"
    assert "빔 너비 4" in page.locator("#search-summary").inner_text()
    assert page.get_by_role("button", name="TSV 내려받기").is_enabled()


def test_the_language_of_the_browser_comes_first(open_page):
    page = open_page(locale="ko-KR")
    assert page.locator("#target-title").inner_text() == "번역"


def test_both_languages_say_the_same_things(page):
    english, korean = (
        page.evaluate(
            "name => import(`/page/${name}.js`).then(({default: texts}) =>"
            " [Object.keys(texts), Object.keys(texts.option), "
            "Object.entries(texts).map(([, text]) => typeof text)])",
            name,
        )
        for name in ("english", "korean")
    )
    assert english == korean
    # The page chooses `sample` by the method.
    known = {field.name for field in options_of(SearchOptions)} - {"sample"}
    assert known <= set(english[1])


def test_dark_and_light_are_chosen_and_remembered(page):
    def ground():
        return page.evaluate("getComputedStyle(document.body).backgroundColor")

    light = ground()
    page.select_option("#theme", "dark")
    assert ground() != light
    page.reload()
    assert ground() != light
    assert page.locator("#theme").input_value() == "dark"
    page.select_option("#theme", "")
    assert ground() == light
    page.emulate_media(color_scheme="dark")
    assert ground() != light


def test_pairs_are_downloaded_as_tsv_and_all_that_is_known_as_json(page):
    type_text(page, "one\nthe cat", "le chat")
    page.locator("#lines[aria-busy=false]").wait_for()
    with page.expect_download() as tsv:
        page.get_by_role("button", name="Download as TSV").click()
    assert tsv.value.suggested_filename == "translations.tsv"
    saved = pathlib.Path(tsv.value.path()).read_bytes()
    assert saved == b"one\tONE\nthe cat\tle chat\n"
    with page.expect_download() as record:
        page.get_by_role("button", name="Download as JSON").click()
    saved = json.loads(pathlib.Path(record.value.path()).read_text(encoding="utf-8"))
    assert (saved["model"], saved["version"]) == ("small", 2)
    assert saved["options"] == {"beam_width": 4, "n_best": 4}
    assert [each["text"] for each in saved["translations"]] == ["ONE", "le chat"]
    first = saved["translations"][1]
    assert first["hypotheses"] == THE_CAT["hypotheses"]
    assert first["beam"] == BEAM


def test_a_translation_is_copied(open_page):
    page = open_page(permissions=["clipboard-read", "clipboard-write"])
    type_text(page, "the cat")
    page.locator("#copy").click()
    page.get_by_text("Copied").first.wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == "le chat"
    page.get_by_role("button", name="Copy translation 2").click()
    page.locator(".hypothesis").nth(1).get_by_text("Copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == "un chat"


def test_a_file_is_opened_or_dropped(page, stand_in):
    file = {
        "name": "a.txt",
        "mimeType": "text/plain",
        "buffer": b"\xef\xbb\xbfone\r\ntwo\n",
    }
    page.set_input_files("#file", file)
    page.locator("#lines").get_by_text("TWO", exact=True).wait_for()
    assert page.locator("#source").input_value() == "one\ntwo"
    dropped = page.evaluate_handle(
        "() => { const given = new DataTransfer();"
        " given.items.add(new File(['the cat'], 'b.txt')); return given; }"
    )
    page.dispatch_event("#target-panel", "dragover", {"dataTransfer": dropped})
    assert page.locator("#drop").is_visible()
    page.dispatch_event("#target-panel", "drop", {"dataTransfer": dropped})
    page.locator("#lines").get_by_text("le chat").wait_for()
    assert page.locator("#drop").is_hidden()
    page.set_input_files("#file", {**file, "buffer": b"caf\xe9"})
    page.locator("#trouble").get_by_text("“a.txt” is not a text in UTF-8").wait_for()
    page.set_input_files("#file", {**file, "buffer": 2001 * b"a\n"})
    page.locator("#trouble").get_by_text("more than 2,000 lines").wait_for()
    assert page.locator("#source").input_value() == "the cat"


def test_texts_never_become_markup(page, stand_in):
    stand_in.models = [{**MODEL, "name": EVIL, "labels": {EVIL: 1}}]
    page.reload()
    page.locator("#model option").first.wait_for(state="attached")
    type_text(page, EVIL, EVIL.upper())
    assert page.locator("#lines").inner_text() == EVIL.upper()
    assert page.locator("#model").evaluate("node => node.value") == EVIL
    assert page.locator("img, main b").count() == 0
    assert page.title() == "Translate · seq2seq_keras"


def test_what_the_server_refuses_is_told_beside_its_field(page, stand_in, new_page):
    new_page.expected += ["400 (Bad Request)"]
    stand_in.failures.append(
        (400, {"error": "`prefix` is odd.", "field": "prefix"}, {})
    )
    page.locator("summary").click()
    page.get_by_label("Begin with").fill("zz")
    page.fill("#source", "the cat")
    page.locator("#option-prefix-error").get_by_text("`prefix` is odd.").wait_for()
    # Another text may begin so.
    type_text(page, "another")
    assert stand_in.asked[-1]["prefix"] == "zz"
    assert page.locator("#option-prefix-error").inner_text() == ""


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (404, "does not have this model or version any more"),
        (413, "more than the server takes at once"),
        (500, "could not translate that"),
        (504, "took longer than the server allows"),
    ],
)
def test_failures_are_told_kindly_and_forgotten(page, stand_in, new_page, status, said):
    new_page.expected += [f"status of {status}"]
    stand_in.failures.append((status, {"error": EVIL}, {}))
    page.fill("#source", "a dog")
    page.locator("#trouble").get_by_text(said).wait_for()
    assert EVIL in page.locator("#trouble").inner_text()
    type_text(page, "the cat")
    assert page.locator("#trouble").is_hidden()


def test_a_busy_server_is_asked_again(page, stand_in, new_page):
    new_page.expected += ["status of 429"]
    page.clock.install()
    stand_in.failures.append((429, {"error": "full"}, {"Retry-After": "7"}))
    page.fill("#source", "the cat")
    page.clock.run_for(1000)
    page.locator("#trouble").get_by_text("trying again in 7 s").wait_for()
    # The clock goes on by itself too, so not to the last moment.
    page.clock.run_for(3000)
    assert len(stand_in.asked) == 1
    page.clock.run_for(5000)
    page.locator("#lines").get_by_text("le chat").wait_for()


def test_a_server_that_is_gone_is_named(page, new_page):
    new_page.expected += ["net::ERR_CONNECTION_REFUSED"]
    page.route("**/translate", lambda route: route.abort("connectionrefused"))
    page.fill("#source", "the cat")
    page.locator("#trouble").get_by_text("cannot be reached").wait_for()
    page.unroute("**/translate")
    page.route("**/models", lambda route: route.abort("connectionrefused"))
    page.reload()
    page.locator("#trouble").get_by_text("cannot be reached").wait_for()
    page.unroute("**/models")
    type_text(page, "the cat")
    assert page.locator("#trouble").is_hidden()


def test_a_token_is_asked_for_and_kept_by_the_page_alone(page, stand_in, new_page):
    new_page.expected += ["401 (Unauthorized)"]
    stand_in.failures += 2 * [(401, {"error": "No token."}, {})]
    page.reload()
    token = page.get_by_label("This server asks for a token.")
    token.fill("wrong")
    page.get_by_role("button", name="Use it").click()
    page.get_by_text("does not know this token").wait_for()
    token.fill("right")
    page.keyboard.press("Enter")
    page.locator("#model option").first.wait_for(state="attached")
    assert stand_in.tokens[-3:] == [None, "Bearer wrong", "Bearer right"]
    assert page.locator("#token-form").is_hidden()
    assert "right" not in str(page.context.storage_state())


def test_a_phone_need_not_scroll_sideways(open_page):
    page = open_page(viewport={"width": 390, "height": 844}, has_touch=True)
    words = " ".join(["words"] * 16)
    type_text(page, words)
    page.locator("summary").tap()
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.locator("#hypothesis-list .token").first.tap()
    assert page.locator("#hypothesis-list .lit").count() == 1


@pytest.mark.parametrize(
    "options",
    [
        {"color_scheme": "light"},
        {"color_scheme": "dark"},
        {"color_scheme": "light", "viewport": {"width": 390, "height": 844}},
        {"color_scheme": "dark", "locale": "ko-KR"},
    ],
    ids=["light", "dark", "phone", "korean"],
)
def test_axe_finds_nothing_to_complain_of(open_page, options):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page = open_page(**options)

    def violations():
        found = axe.run(page).response["violations"]
        return {each["id"]: [node["html"] for node in each["nodes"]] for each in found}

    assert not violations()
    type_text(page, "the cat")
    cell(page, 1, 1).hover()
    page.locator("summary").click()
    assert not violations()
    page.locator("summary").click()
    type_text(page, "the cat\none\n\ntwo", "TWO")
    assert not violations()


def test_the_page_and_the_server_agree(server, new_page, attentive):
    page = new_page()
    answer = page.goto(server.url)
    assert answer.headers["content-security-policy"] == POLICY
    page.locator("#model option").nth(1).wait_for(state="attached")
    texts = ["the cat sees the dog .", "b d the où"]
    type_text(page, "\n".join(texts), attentive.translate(texts[1]))
    page.locator("#beam-tree .node.best").first.wait_for()
    assert texts_of(page, "#lines .line span") == attentive.translate(texts)
    found = attentive.decode(texts[1], trace=True)
    labels = page.locator(".hypothesis label").all_text_contents()
    assert labels == [each.text or "∅" for each in found.hypotheses]
    assert page.locator("#beam-tree .node").count() == len(found.beam)
    shown = [float(text) for text in drawn_of(page, ".heat tbody td")]
    assert shown == pytest.approx(found.attention.ravel().tolist(), abs=0.006)
    # The form has the ranges of the package, or the server's own.
    page.locator("summary").click()
    page.get_by_label("Width of the beam").fill("33")
    error = page.locator("#option-beam_width-error")
    assert error.inner_text() == "A whole number from 1 to 32."
    assert page.get_by_label("Coverage penalty").is_visible()  # of attention
    # A SavedModel takes no options and tells less.
    page.select_option("#model", "exported")
    page.locator("#took").get_by_text("exported").wait_for()
    assert page.locator("#search-form").is_hidden()
    assert page.locator(".hypothesis label").count() == 3
    assert page.locator(".heat").is_visible()
    assert page.locator("#beam").is_hidden()
