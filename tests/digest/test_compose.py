import re
from datetime import timedelta
from html.parser import HTMLParser
from time import perf_counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.digest.compose import Mailing, coverage, message, subject
from monitor.digest.day import SourceState
from tests.digest.world import END, TITLES, day, every_language, item

MAILING = Mailing(sender="Monitor <monitor@desk.example>", recipients=("ayse@desk.example",), host="desk.example")
POISON = [
    "a\nBcc: x@y.example",
    "nul\x00",
    "\x1b]8;;https://evil.example\x07link",
    "\u202egnp.exe",
    "<script>alert(1)</script>",
    "{{ 7*7 }}",
]
POISON += [
    "{% raw %}",
    "%s %(x)s {0.__class__}",
    "\ud800",
    "x" * 10_000,
    "",
    "javascript:alert(1)",
    '"><img src=https://evil.example/p.png>',
]


class Page(HTMLParser):
    """Collects what a mail client would act on."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.links, self.text = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self.links += [value for name, value in attrs if name in {"href", "src", "background", "poster", "srcset"}]

    def handle_data(self, data):
        self.text.append(data)


def parts(mail):
    return mail.get_body(("plain",)).get_content(), mail.get_body(("html",)).get_content()


def failing(name="Dəniz Xəbər"):
    return SourceState(id="deniz", name=name, status="failing", since=END - timedelta(days=2), note="DNS: no such host")


def test_the_subject_carries_the_answer():
    found = day([item(), item("ru", category="policy")], ailing=[failing()])
    assert subject(found) == "Mine monitor 2026-11-23: 1 incident, 2 articles, 1 source failing"


def test_a_day_without_news_is_told_apart_from_a_day_with_deaf_sources():
    assert coverage(day()) == "No news because none of 3 sources had any; all answered."
    assert coverage(day(ailing=[failing()])) == "Nothing was found, but 1 of 4 sources could not be read: Dəniz Xəbər."


def test_the_same_day_gives_the_same_bytes():
    assert message(day(every_language()), MAILING).as_bytes() == message(day(every_language()), MAILING).as_bytes()


def test_every_article_stands_in_both_parts_with_its_language_and_its_marked_words():
    plain, page = parts(message(day(every_language()), MAILING))
    for language, (title, _, form) in TITLES.items():
        assert f'lang="{language}"' in page
        assert title in page
        assert f"<mark>{form}</mark>" in re.sub(r"<mark [^>]*>", "<mark>", page)
        assert f"*{form}*" in re.sub(r"\s+", " ", plain)


def test_persian_and_arabic_run_from_right_to_left():
    _, page = parts(message(day(every_language()), MAILING))
    assert {attrs["lang"] for tag, attrs in Page(page).tags if attrs.get("dir") == "rtl"} == {"fa", "ar"}


def test_the_plain_part_is_at_most_78_columns_wide_save_for_addresses():
    plain, _ = parts(message(day(every_language(), ailing=[failing()]), MAILING))
    assert [row for row in plain.splitlines() if len(row) > 78 and "://" not in row] == []


def test_nothing_remote_is_loaded():
    _, page = parts(message(day(every_language()), MAILING))
    loads = [attrs for tag, attrs in Page(page).tags if tag in {"img", "link", "script", "iframe", "video", "object"}]
    assert all(attrs.get("src", "").startswith("cid:") for attrs in loads)
    assert "url(" not in page
    assert "@import" not in page


@pytest.mark.parametrize("poison", POISON)
def test_a_poisoned_title_neither_stops_the_digest_nor_becomes_active(poison):
    hit = item().hits[0]
    bad = item(title=poison, url=poison, source_name=poison, hits=(hit,), name="007_0000000000000007.txt")
    mail = message(day([bad, *every_language()], ailing=[failing(poison)], notes=(poison,)), MAILING)
    assert mail["Bcc"] is None
    plain, page = parts(mail)
    seen = Page(page)
    assert not {"script", "img", "iframe"} & {tag for tag, _ in seen.tags}
    assert all(link.startswith(("https://", "http://")) for link in seen.links)
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", plain + page)
    assert "49" not in "".join(seen.text) or "7*7" in "".join(seen.text)
    assert TITLES["ka"][0] in plain


@given(st.text(max_size=300), st.text(max_size=80))
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_a_title_holds_the_mail_can_be_written(title, form):
    hit = item().hits[0]
    bad = item(
        title=title, hits=(type(hit)(term="x", form=form, weight=1, sentence=title, language="az", kind="event"),)
    )
    assert b"Subject: Mine monitor" in message(day([bad]), MAILING, charts=False).as_bytes()


def test_ten_thousand_articles_make_a_small_mail_in_time_and_the_rest_is_counted():
    items = [
        item(list(TITLES)[n % 8], number=n, category=("incident", "policy", "clearance")[n % 3]) for n in range(10_000)
    ]
    started = perf_counter()
    plain, page = parts(message(day(items), MAILING))
    assert perf_counter() - started < 5
    assert len(page.encode()) < 100_000
    assert "9950 more are not shown" in page
    assert "9950 more are not shown" in plain


def test_long_sentences_cost_blocks_not_size():
    hits = tuple(
        type(h)(
            term="fa:mine", form="مین", weight=3, sentence=f"{n} " + "انفجار مین " * 80, language="fa", kind="event"
        )
        for n, h in enumerate([*item("fa").hits] * 2)
    )
    items = [item("fa", number=n, title="مین " * 100, hits=hits) for n in range(60)]
    plain, page = parts(message(day(items, ailing=[failing("ساعت " * 30)] * 70), MAILING))
    assert len(page.encode()) <= 100_000
    assert "are not shown" in page
    assert "are not shown" in plain


def test_weak_matches_come_folded_and_last():
    _, page = parts(message(day([item("tr", score=3.0), item("ru")]), MAILING))
    assert page.index("<details") > page.index(TITLES["ru"][0])
    assert page.index(TITLES["tr"][0]) > page.index("<details")


def test_the_message_says_what_it_is_to_mail_programs():
    mail = message(day(), MAILING)
    assert mail["Message-ID"] == "<digest.2026-11-23.daily@desk.example>"
    assert mail["List-Id"] == "Mine monitor daily <daily.monitor.desk.example>"
    assert mail["List-Unsubscribe"] == "<mailto:monitor@desk.example?subject=unsubscribe%20daily>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Date"] == "Mon, 23 Nov 2026 20:00:00 +0000"
