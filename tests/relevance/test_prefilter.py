import html
import json
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.relevance.lexicon import load
from monitor.relevance.prefilter import Prefilter
from tests.relevance.words import SMALL, bundled, matcher

PREFILTER = Prefilter(bundled())
SENTENCES = [example for example in bundled().examples if example.relevant]
LEGACY = {
    "ru": ["windows-1251", "koi8-r"],
    "uk": ["windows-1251"],
    "tr": ["iso-8859-9"],
    "ar": ["windows-1256"],
}

DEV = sorted((Path(__file__).parents[1] / "evaluation" / "dev").glob("*.jsonl"))


def told(row: dict[str, str]) -> str:
    return f"{row['title']}\n{row['text']}"


def accepted() -> list[dict[str, str]]:
    rows = [json.loads(line) for file in DEV for line in file.read_text("utf-8").splitlines()]
    return [
        row
        for row in rows
        if matcher().match(title=row["title"], paragraphs=row["text"].split("\n"), language=row["language"]).relevant
    ]


ACCEPTED = accepted()


def page(text: str, head: str = "") -> str:
    return (
        f"<!DOCTYPE html><html><head>{head}<style>p{{}}</style><script>var x = 1;</script></head>"
        f"<body><nav><a>Home</a><a>News</a></nav><p>{text}</p><footer>© Alov</footer></body></html>"
    )


def numeric(text: str) -> str:
    return "".join(f"&#{ord(c)};" if ord(c) > 127 else html.escape(c) for c in text)


def hexadecimal(text: str) -> str:
    return "".join(f"&#x{ord(c):x};" if c.isalpha() else html.escape(c) for c in text)


def cut(text: str) -> str:
    return " ".join(f"{word[:2]}<b>{word[2:]}</b>" if len(word) > 4 else word for word in text.split(" "))


def hyphened(text: str) -> str:
    return " ".join(f"{word[:3]}\u00ad{word[3:]}" for word in text.split(" "))


FORMS = {
    "plain": page,
    "numeric references": lambda text: page(numeric(text)),
    "hexadecimal references": lambda text: page(hexadecimal(text)),
    "tags inside words": lambda text: page(cut(text)),
    "soft hyphens": lambda text: page(hyphened(text)),
    "soft hyphen entities": lambda text: page(hyphened(text).replace("\u00ad", "&shy;")),
    "decomposed": lambda text: page(unicodedata.normalize("NFD", text)),
    "capitals": lambda text: page(text.upper()),
    "json": lambda text: page("", f'<script type="application/ld+json">{json.dumps({"articleBody": text})}</script>'),
    "tags of all kinds inside words": lambda text: page(
        cut(text).replace("<b>", "<i></i><SPAN class='x'>").replace("</b>", "</SPAN>")
    ),
    "comments inside words": lambda text: page(cut(text).replace("<b>", "<!-- x -->").replace("</b>", "")),
    "json with escaped mark-up": lambda text: page(
        "",
        '<script type="application/ld+json">'
        + json.dumps({"articleBody": f"<p>{text}</p>"}, ensure_ascii=False)
        .replace("<", "\\u003c")
        .replace(">", "\\u003e")
        + "</script>",
    ),
    "scripts around": lambda text: page(f"<SCRIPT>if (a<b) c();</SCRIPT><p>{text}</p><script>let d = '</p>';"),
    "a title in the head alone": lambda text: page("", f'<meta property="og:title" content="{html.escape(text)}">'),
    "broken lines": lambda text: page(text.replace(" ", "\n")),
    "no spaces between tags": lambda text: page(text).replace("><", ">\n<").replace("\n", ""),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("example", SENTENCES, ids=lambda example: f"{example.language}: {example.text[:30]}")
def test_what_the_matcher_accepts_passes_in_every_form(form, example):
    assert PREFILTER.passes(FORMS[form](example.text).encode())


@pytest.mark.parametrize("example", SENTENCES, ids=lambda example: f"{example.language}: {example.text[:30]}")
def test_what_the_matcher_accepts_passes_in_old_and_wide_encodings_declared_or_not(example):
    for charset in ["utf-16", "utf-16-le", "utf-16-be", *LEGACY.get(example.language, [])]:
        assert PREFILTER.passes(page(example.text).encode(charset, "xmlcharrefreplace")), charset


@pytest.mark.parametrize("shown", ["windows-1252", "windows-1251"])
@pytest.mark.parametrize("example", SENTENCES, ids=lambda example: f"{example.language}: {example.text[:30]}")
def test_what_was_encoded_twice_passes_as_the_extractor_mends_it(shown, example):
    twice = "".join(bytes([byte]).decode(shown, "ignore") or chr(byte) for byte in example.text.encode())
    if any(ord(char) > 127 for char in example.text):
        assert PREFILTER.passes(page(" ".join([twice] * 3)).encode())


@pytest.mark.parametrize("form", ["plain", "numeric references", "json", "soft hyphens"])
def test_every_story_of_the_evaluation_that_the_matcher_accepts_passes(form):
    refused = [row["id"] for row in ACCEPTED if not PREFILTER.passes(FORMS[form](told(row)).encode())]
    assert ACCEPTED
    assert not refused


@pytest.mark.parametrize("charset", ["windows-1251", "koi8-r", "iso-8859-9", "windows-1256"])
def test_every_story_of_the_evaluation_passes_in_the_old_encodings_that_can_hold_it(charset):
    refused = []
    for row in ACCEPTED:
        if charset in LEGACY.get(row["language"], []):
            body = page(told(row)).encode(charset, "xmlcharrefreplace")
            refused += [] if PREFILTER.passes(body) else [row["id"]]
    assert not refused


@pytest.mark.parametrize("form", ["plain", "numeric references"])
def test_a_story_passes_whose_paragraphs_stand_between_long_mark_up(form):
    between = "</p><div class='card'><a href='/foto/1'>" + "<span data-x='1'></span>" * 400 + "</a></div><p>"
    apart = [between.join(FORMS[form](line) for line in told(row).split("\n")) for row in ACCEPTED]
    assert all(PREFILTER.passes(body.encode()) for body in apart)


def wide(within: str) -> Prefilter:
    rule = f'[[rule]]\nid = "wide"\nkind = "uxo"\nweight = 3\nall = ["device", "remnant"]\nwithin = "{within}"\n'
    text = SMALL.replace("[[rule]]", "[[term]]\nid = 'x'\nkind = 'x'\nwords = ['xxx']\n\n[[rule]]").replace(
        'weight = 3\nall = ["device", "remnant"]', 'weight = 3\nall = ["device", "x"]'
    )
    return Prefilter(load([("az.toml", text + rule)]))


DEVICE, REMNANT = "Kənddə partlayıcı qurğu aşkar edilib", "Onun müharibədən qalan olduğu bildirilir"
BETWEEN = "Şəhərdə yeni park açılıb və ağaclar əkilib, ətrafda skamyalar qoyulub."


@pytest.mark.parametrize(
    ("within", "text"),
    [
        ("sentence", f"{DEVICE} və {REMNANT}."),
        ("sentence", f"{DEVICE}, <b>{'söz ' * 50}</b> <a href='/x'>burada</a> {REMNANT}."),
        ("sentence", f"{DEVICE}<br>{REMNANT}"),
        ("neighbours", f"{DEVICE}. {BETWEEN} {REMNANT}."),
        ("neighbours", f"{DEVICE}.</p><figure><img><figcaption>Foto: Alov</figcaption></figure><p>{REMNANT}."),
        ("neighbours", f"{DEVICE}.</p><ul><li>Hava</li><li>Məzənnə</li><li>İdman</li></ul><p>{REMNANT}."),
        ("story", f"{DEVICE}. {' '.join([BETWEEN] * 12)} {REMNANT}."),
        ("story", f"{DEVICE}.</p><p>{'</p><div>Reklam</div><p>'.join([BETWEEN] * 8)}</p><p>{REMNANT}."),
        ("paragraph", f"{DEVICE}. {' '.join([BETWEEN] * 60)} {REMNANT}."),
        ("text", f"{DEVICE}.</p>{f'<p>{BETWEEN}</p>' * 300}<p>{REMNANT}."),
    ],
)
def test_a_rule_holds_as_far_apart_as_its_sentences_and_what_a_page_puts_between_paragraphs(within, text):
    assert wide(within).passes(page(text).encode())


@pytest.mark.parametrize(
    "between",
    ["k<b>ö</b>hnə mavi", "kö<i>h</i>nə m<i>a</i>vi", "k<my-mark>öhnə</my-mark>lər", "<b>k</b>öhnə <b>m</b>a<b>v</b>i"],
)
def test_words_cut_by_tags_take_no_more_of_a_gap_than_they_do_for_a_reader(between):
    assert wide("sentence").passes(page(f"Kənddə partlayıcı {between} qurğu tapılıb, {REMNANT}.").encode())


def test_a_rule_holds_between_a_title_in_the_head_and_the_text_however_far_away():
    head = f"<title>{DEVICE}</title>"
    filling = f"<p>{BETWEEN}</p>" * 300
    assert wide("neighbours").passes(page(f"{filling}<p>{REMNANT}.", head).encode())


@pytest.mark.parametrize(
    ("within", "text"),
    [
        ("sentence", f"{DEVICE}.</p><p>{REMNANT}."),
        ("sentence", f"{DEVICE} və zərərsizləşdirilib. Kənddə deyilir ki, {REMNANT}."),
        ("neighbours", f"{DEVICE}.</p>{f'<p>{BETWEEN}</p>' * 20}<p>{REMNANT}."),
        ("story", f"{DEVICE}.</p>{f'<p>{BETWEEN}</p>' * 100}<p>{REMNANT}."),
    ],
)
def test_a_page_is_refused_whose_parts_of_a_rule_stand_farther_apart_than_any_article_could_bring_them(within, text):
    assert not wide(within).passes(page(text).encode())


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.sampled_from([example.text for example in bundled().examples]), min_size=1, max_size=5),
    st.sampled_from(sorted(FORMS)),
)
def test_no_page_whose_text_the_matcher_accepts_is_ever_refused(sentences, form):
    text = " ".join(sentences)
    if matcher().match(title="", paragraphs=[text]).relevant:
        assert PREFILTER.passes(FORMS[form](text).encode())


@pytest.mark.parametrize(
    "text",
    [
        "The council met on Monday and agreed on a new timetable for the buses.",
        "Şəhərdə yeni park açılıb və ağaclar əkilib.",
        "Министерство объявило о начале учебного года.",
        "საღამოს კონცერტი გაიმართა.",
        "",
    ],
)
def test_an_everyday_page_is_refused(text):
    assert not PREFILTER.passes(page(text).encode())


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=2000))
def test_any_bytes_at_all_get_an_answer(body):
    assert PREFILTER.passes(body) in {True, False}
