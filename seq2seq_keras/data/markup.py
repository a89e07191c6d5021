"""Which format a file of markup, subtitles or the like has, by its beginning."""

import re

from seq2seq_keras.data.pronunciations import is_pronouncing
from seq2seq_keras.data.xml_events import find_encoding

# How many bytes `find_markup` should see.
MARKUP_START = 2**16
_PROLOGUE = re.compile(
    r"\s*(?:<\?.*?\?>\s*|<!--.*?-->\s*|<!DOCTYPE[^>\[]*(?:\[.*?\]\s*)?>\s*)*",
    re.DOTALL | re.I,
)
_ROOT = re.compile(r"<([A-Za-z_][\w.:-]*)")
_SEGMENTS = re.compile(r"<(?:seg|srcset|refset|tstset)\b", re.IGNORECASE)
_ROOTS = {
    "tmx": "tmx",
    "xliff": "xliff",
    "html": "html",
    "head": "html",
    "body": "html",
    "tt": "ttml",
    "ts": "qt",
    "cesalign": "xces",
    "mteval": "sgm",
    "srcset": "sgm",
    "refset": "sgm",
    "tstset": "sgm",
}
_LINES_OF_TAGS = frozenset(
    ["doc", "url", "talkid", "keywords", "speaker", "title", "description"]
)
_TEXTS = [
    ("vtt", re.compile(r"WEBVTT(\s|$)")),
    ("srt", re.compile(r"\d+[ \t]*\r?\n\d+:\d\d:\d\d[,.]\d+ *--> *\d")),
    ("ass", re.compile(r"\[Script Info\]")),
    ("microdvd", re.compile(r"\{\d+\}\{\d+\}")),
    ("po", re.compile(r"(?:(?:#[^\r\n]*)?\r?\n)*(?:msgctxt|msgid) \"")),
    ("rtf", re.compile(r"\{\\rtf")),
    ("pdf", re.compile(r"%PDF-")),
]
_TO_TABLE = "save its texts as a table with a tab between source and target"
_SUBTITLES = (
    "pair the subtitles of both languages by their times, and save their texts as two "
    "files of lines (OPUS has OpenSubtitles so)"
)
# What is not read: what it is called, and what to do.
_REFUSED = {
    "html": ("an HTML page", _TO_TABLE),
    "xliff": (
        "XLIFF",
        "convert it with `xliff2tmx` or save it as TMX where it is from",
    ),
    "qt": ("a translation file of Qt", "convert it to TMX (`ts2po`, then `po2tmx`)"),
    "po": ("a catalogue of gettext", "convert it with `po2tmx` of translate-toolkit"),
    "xces": (
        "an alignment of OPUS in XML",
        "fetch the corpus as Moses (two files of lines) or as TMX",
    ),
    "tags": (
        "text with lines of tags, as IWSLT has them",
        "leave those out of both files: `grep -v '^<' FILE > NEW`",
    ),
    "ttml": ("subtitles (TTML)", _SUBTITLES),
    "srt": ("subtitles (SubRip)", _SUBTITLES),
    "vtt": ("subtitles (WebVTT)", _SUBTITLES),
    "ass": ("subtitles (SubStation Alpha)", _SUBTITLES),
    "microdvd": ("subtitles (MicroDVD)", _SUBTITLES),
    "rtf": ("Rich Text", "save it as plain text in UTF-8"),
    "pdf": ("a PDF", _TO_TABLE),
    "xml": ("XML of a form that is not known", _TO_TABLE),
}


def find_markup(start: bytes) -> str | None:
    """Tells the format of a file that is more than text or a table.

    Args:
        start: Its first `MARKUP_START` bytes, or all if it has fewer.

    Returns:
        What is read: "sgm", "wmt-xml", "tmx", "cmudict" or "parquet"; what
        `why_not_read` has words for; or `None` for everything else.
    """
    encoding = find_encoding(start)
    try:
        text = start.decode(encoding, "replace").lstrip("\ufeff")
    except LookupError:
        text = start.decode("latin-1")
    for kind, pattern in _TEXTS:
        if pattern.match(text):
            return kind
    if (xml := _xml_kind(text)) is not None:
        return xml
    lines = [line.rstrip("\r") for line in text.split("\n")]
    # What no line feed ends may be cut.
    if is_pronouncing(lines[:-1]):
        return "cmudict"
    return "cmudict" if len(start) < MARKUP_START and is_pronouncing(lines) else None


def why_not_read(kind: str) -> str | None:
    """What a file is, and what to do with it, to follow "FILE is "; `None` if read."""
    if kind not in _REFUSED:
        return None
    what, advice = _REFUSED[kind]
    return f"{what}, which is not read: {advice}."


def _xml_kind(text: str) -> str | None:
    prologue = _PROLOGUE.match(text)
    before = prologue[0] if prologue is not None else ""
    other = "xml" if re.search("<[?]xml|<!doctype", before, re.I) else None
    root = _ROOT.match(text, len(before))
    if root is None:
        return other
    tag = root[1].rpartition(":")[2].lower()
    if tag in _ROOTS:
        return _ROOTS[tag]
    if tag == "dataset" and "<src" in text:
        return "wmt-xml"
    if _SEGMENTS.search(text):
        return "sgm"
    return "tags" if other is None and tag in _LINES_OF_TAGS else other
