"""Tests of seq2seq_keras.evaluation.html_report in a browser."""

import math
import unicodedata

import numpy as np
import pytest

from seq2seq_keras.decoding import SearchOptions
from seq2seq_keras.evaluation import INTERVALS, Evaluation, Scores, write_html_report
from seq2seq_keras.translation import Hypothesis, SearchRequest, Translation

EVIL = (
    """</script><script>document.title = "taken"</script><b onclick='x'>"&amp; $data"""
)
# 2 written tokens and the end, 3 source tokens.
ATTENTION = np.array([[0.874, 0.122, 0.004], [0.0, 0.25, 0.75], [0.0, 0.0, 1.0]])
SCORES = Scores(
    bleu=31.25,
    chrf=52.5,
    ter=50.0,
    wer=0.375,
    symbol_error_rate=None,
    exact_match=0.5,
    sentences=4,
    signatures={"bleu": "nrefs:1|x<y", "chrf": "nrefs:1|eff:yes"},
    intervals={"bleu": (29.75, 33.0), "exact_match": (0.25, 0.75)},
)


def make_hypothesis(text, score, attention=None):
    tokens = (*text.split(), "<eos>")
    probabilities = np.linspace(1.0, 0.25, len(tokens)).astype("float32")
    return Hypothesis(text, tokens, score, probabilities, attention)


def make_translation(source, *texts, score=-1.0, attention=None):
    # Each hypothesis looks one word further than the one before.
    attentions = [
        None if attention is None else np.roll(attention, rank, axis=1)
        for rank in range(len(texts))
    ]
    hypotheses = [
        make_hypothesis(text, score - rank, attentions[rank])
        for rank, text in enumerate(texts)
    ]
    return Translation(source, (*source.split(), "<eos>"), tuple(hypotheses))


TRANSLATIONS = [
    make_translation("나는 학생", "abc def", "xyz uvw", attention=ATTENTION),
    make_translation("one", EVIL, score=-5.0),
    make_translation("two", "abcd", score=-0.5),
    make_translation("L'￭ homme", "mnop", score=-2.0),
]
# All right, no reference, no letter right, half right.
REFERENCES = ["abc def", None, "zyxw", "mnqr"]


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    path = tmp_path_factory.mktemp("report") / "report.html"
    write_html_report(TRANSLATIONS, REFERENCES, path, title=EVIL, scores=SCORES)
    return path


@pytest.fixture
def open_page(new_page, report):
    """Opens the report; afterwards nothing may have been loaded or gone wrong."""
    requests, pages = [], []

    def open_page(path=report, **options):
        page = new_page(**options)
        pages.append(page)
        page.on("request", lambda request: requests.append(request.url))
        page.goto(path.as_uri())
        return page

    yield open_page
    assert all(url.endswith("/report.html") for url in requests)
    assert len(requests) == len(pages)


def numbers_of(page):
    """The numbers of the sentences that are shown, from the top."""
    shown = page.locator(".sentence:not([hidden]) .marks > :first-child")
    return shown.all_text_contents()


def weights_of(page):
    """The weights shown below source words."""
    tokens = page.locator(".source .token[data-weight]").all()
    return {token.inner_text(): token.get_attribute("data-weight") for token in tokens}


def contrast(first, second):
    """Contrast of two colours like #rrggbb (WCAG 2.2)."""

    def luminance(colour):
        shares = np.array(list(bytes.fromhex(colour.strip().removeprefix("#")))) / 255
        low, high = shares / 12.92, ((shares + 0.055) / 1.055) ** 2.4
        return float(np.where(shares <= 0.04045, low, high) @ [0.2126, 0.7152, 0.0722])

    dark, light = sorted([luminance(first), luminance(second)])
    return (light + 0.05) / (dark + 0.05)


def test_the_worst_sentence_is_first_and_one_without_reference_last(open_page):
    page = open_page()
    assert numbers_of(page) == ["3", "4", "1", "2"]
    assert page.locator(".marks b").all_text_contents()[::2] == ["0.0", "100.0"]


def test_sentences_are_sorted_by_score_or_left_as_given(open_page):
    page = open_page()
    page.select_option("#sort", "unsure")
    assert numbers_of(page) == ["2", "4", "1", "3"]
    page.select_option("#sort", "given")
    assert numbers_of(page) == ["1", "2", "3", "4"]


def test_pointing_at_a_word_shows_where_it_looked(open_page):
    page = open_page()
    page.get_by_role("button", name="abc", exact=True).hover()
    # 0.004 rounds to nothing.
    assert weights_of(page) == {"나는": "87%", "학생": "12%"}
    assert page.locator("#tooltip").inner_text() == "1.000"
    page.get_by_role("button", name="def", exact=True).hover()
    assert weights_of(page) == {"학생": "25%", "<eos>": "75%"}
    # Half way from 1 to 0.25.
    assert page.locator("#tooltip").inner_text() == "0.625"
    share = page.locator(".pointed").evaluate(
        "e => e.style.getPropertyValue('--share')"
    )
    assert share == "37.5%"
    page.mouse.move(0, 0)
    assert weights_of(page) == {}
    assert page.locator("#tooltip").is_hidden()


def test_the_keyboard_leads_from_word_to_word(open_page):
    page = open_page()
    page.get_by_role("button", name="abc", exact=True).focus()
    assert weights_of(page) == {"나는": "87%", "학생": "12%"}
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert weights_of(page) == {"<eos>": "100%"}
    assert page.locator("#tooltip").inner_text() == "0.250"
    page.keyboard.press("ArrowRight")  # there is none
    page.keyboard.press("ArrowLeft")
    assert weights_of(page) == {"학생": "25%", "<eos>": "75%"}
    # The n-best list is the next stop, its words the one after.
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="xyz").wait_for()
    page.keyboard.press("Tab")
    assert page.locator(":focus").inner_text() == "xyz"
    page.keyboard.press("Escape")
    assert weights_of(page) == {}


def test_a_tap_shows_where_a_word_looked_until_the_next(open_page):
    page = open_page(has_touch=True, viewport={"width": 380, "height": 700})
    page.get_by_role("button", name="def", exact=True).tap()
    assert weights_of(page) == {"학생": "25%", "<eos>": "75%"}
    page.locator("h1").tap()
    assert weights_of(page) == {}
    # As in a browser whose taps do not move the focus.
    page.get_by_role("button", name="abc", exact=True).dispatch_event("click")
    assert weights_of(page) == {"나는": "87%", "학생": "12%"}
    page.locator("h1").dispatch_event("click")
    assert weights_of(page) == {}
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= 380, "a phone would have to scroll sideways"


def test_the_n_best_list_unfolds(open_page):
    page = open_page()
    page.locator("summary").click()
    rows = page.locator("details .row").all_inner_texts()
    assert [row.split() for row in rows] == [["2", "-2.00", "xyz", "uvw", "<eos>"]]
    page.get_by_role("button", name="xyz").hover()
    assert weights_of(page) == {"학생": "87%", "<eos>": "12%"}


def test_the_filter_looks_into_all_texts(open_page):
    page = open_page()
    for words, found in [
        ("학생", ["1"]),
        (unicodedata.normalize("NFD", "학생"), ["1"]),  # typed as separate letters
        ("ZYX", ["3"]),
        ("uvw", ["1"]),
        ("nothing", []),
        ("", ["3", "4", "1", "2"]),
    ]:
        page.fill("#filter", words)
        assert numbers_of(page) == found
        assert page.locator("#count").inner_text() == f"{len(found)} / 4"


def test_text_never_becomes_markup(open_page):
    page = open_page()
    assert page.title() == EVIL
    assert page.locator("h1").inner_text() == EVIL
    assert page.get_by_text(EVIL, exact=True).count() == 2  # head and translation
    assert page.locator("b:not(.marks b)").count() == 0
    assert page.locator("script").count() == 2


def test_the_policy_stops_any_other_script(browser, report, tmp_path):
    path = tmp_path / "report.html"
    page = report.read_text(encoding="utf-8")
    path.write_text(page.replace("</body>", "<script>document.title = 1</script>"))
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(path.as_uri())
        assert page.title() == EVIL


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_shade_leaves_the_text_readable(open_page, scheme):
    page = open_page(color_scheme=scheme)
    names = ("page", "card", "text", "quiet", "accent", "doubt", "look")
    page_colours = page.evaluate(
        "names => names.map(name => getComputedStyle(document.documentElement)"
        ".getPropertyValue('--' + name))",
        names,
    )
    colours = dict(zip(names, page_colours, strict=True))
    for text, ground in [
        *(("text", ground) for ground in ("page", "card", "doubt", "look")),
        *(("quiet", ground) for ground in ("page", "card")),
        ("accent", "card"),
    ]:
        assert contrast(colours[text], colours[ground]) >= 4.5, (text, ground)
    assert (contrast(colours["page"], "#000000") > 10) == (scheme == "light")


def test_the_head_shows_scores_with_their_signatures(open_page, tmp_path):
    page = open_page()
    assert page.locator("dl div").all_inner_texts() == [
        "BLEU\n31.2 29.8–33.0",
        "chrF\n52.5",
        "TER\n50.0",
        "WER\n0.375",
        "exact match\n0.500 0.250–0.750",
        "sentences\n4",
    ]
    assert page.locator(".notes").all_inner_texts() == [
        "BLEU: nrefs:1|x<y",
        "chrF: nrefs:1|eff:yes",
        f"intervals: {INTERVALS}",
    ]
    assert page.locator("footer").inner_text().startswith("chrF of a sentence: nrefs:1")
    path = tmp_path / "report.html"
    evaluation = Evaluation(
        "test split, greedy", SearchRequest(SearchOptions()), SCORES, math.nan, 12.0, []
    )
    write_html_report(TRANSLATIONS, None, path, scores=evaluation.as_dict())
    page = open_page(path)
    assert page.locator(".notes").first.inner_text() == "protocol: test split, greedy"
    assert page.locator("dl div").last.inner_text() == "seconds\n12.0"
    # There is nothing by which one sentence is worse than another.
    assert page.locator("#sort").input_value() == "unsure"
    assert numbers_of(page) == ["2", "4", "1", "3"]
    assert page.locator("footer").inner_text() == ""


def test_all_references_stand_below_each_other_and_are_found(open_page, tmp_path):
    path = tmp_path / "report.html"
    references = [["first", EVIL], "only", [], ["one", "two"]]
    write_html_report(TRANSLATIONS, references, path)
    page = open_page(path)
    page.select_option("#sort", "given")
    cards = page.locator("article")
    for index, own in enumerate([["first", EVIL], ["only"], [], ["one", "two"]]):
        row = cards.nth(index).locator(".row", has_text="reference")
        assert row.count() == bool(own)
        if own:
            assert row.locator(".plain").all_inner_texts() == own
    page.fill("#filter", "two")
    assert numbers_of(page) == ["3", "4"]  # the third one's source


def test_a_thousand_sentences_are_a_small_file(tmp_path, open_page):
    generator = np.random.default_rng(0)
    words = "une phrase de quinze mots comme on en lit tous les jours dans un journal"
    translations = [
        make_translation(
            f"{number} {words}",
            *5 * [words],
            attention=generator.dirichlet(np.full(17, 0.2), size=16),
        )
        for number in range(1000)
    ]
    path = tmp_path / "report.html"
    write_html_report(translations, 1000 * [words], path)
    assert path.stat().st_size < 5e6
    page = open_page(path)
    page.fill("#filter", "999 une")
    assert numbers_of(page) == ["1000"]
