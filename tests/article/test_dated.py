"""When it was published, on invented pages."""

import json
from datetime import UTC, datetime

from monitor.article.extract import extract
from monitor.model import Page, Source

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
STORY = "<p>Göytəpə kəndində 34 yaşlı çoban minaya düşərək yaralanıb, həkimlər onun həyatını xilas edib.</p>" * 2


def dated(beside="", head="", *, behind="", url="https://alma.example/news/1.html", timezone=None):
    html = (
        f"<html><head><title>Çoban minaya düşüb</title>{head}</head><body>"
        f"<h1>Çoban minaya düşüb</h1><div>{beside}</div><div>{STORY}</div>{behind}</body></html>"
    )
    source = (
        Source(id="alma", name="Alma", country="AZ", languages=("az",), timezone=timezone, channels=())
        if timezone
        else None
    )
    page = Page(url=url, body=html.encode())
    extraction = extract(page, source=source, entry=None, chrome=frozenset(), now=NOW)
    article = extraction.article or extraction.described
    return (article.published_at.isoformat() if article.published_at else None), article.date_evidence


def ld(**fields):
    return f'<script type="application/ld+json">{json.dumps({"@type": "NewsArticle"} | fields)}</script>'


def test_a_stamp_keeps_its_own_zone_and_so_its_own_day():
    head = ld(datePublished="2026-11-20T23:30:00-07:00")
    assert dated(head=head) == ("2026-11-20T23:30:00-07:00", "jsonld")
    assert dated(head=head, timezone="Asia/Baku") == ("2026-11-20T23:30:00-07:00", "jsonld")


def test_a_stamp_in_utc_is_told_where_the_source_is():
    head = ld(datePublished="2026-11-20T21:30:00Z")
    assert dated(head=head, timezone="Asia/Baku") == ("2026-11-21T01:30:00+04:00", "jsonld")
    assert dated(head=head) == ("2026-11-20T21:30:00+00:00", "jsonld")


def test_a_day_alone_is_that_day_where_the_source_is():
    assert dated("20.11.2026", timezone="Asia/Baku") == ("2026-11-20T00:00:00+04:00", "text")
    assert dated(url="https://alma.example/2026/11/20/mina", timezone="Asia/Baku")[0] == "2026-11-20T00:00:00+04:00"


def test_a_claim_of_the_day_is_refined_by_one_with_the_hour_of_the_same_day_only():
    assert dated("20.11.2026 17:24", ld(datePublished="2026-11-20"))[0] == "2026-11-20T17:24:00+00:00"
    assert dated("21.11.2026 01:24", ld(datePublished="2026-11-20"))[0] == "2026-11-20T00:00:00+00:00"


def test_published_comes_before_modified():
    head = ld(dateModified="2026-11-23T10:00:00Z", datePublished="2026-11-20T10:00:00Z")
    assert dated("Yeniləndi: 23.11.2026", head) == ("2026-11-20T10:00:00+00:00", "jsonld")


def test_a_page_that_shows_another_day_than_its_head_claims_is_believed():
    assert dated("3 oktyabr 2026", ld(datePublished="2026-11-20T10:00:00Z")) == ("2026-10-03T00:00:00+00:00", "text")


def test_a_page_that_shows_the_claimed_day_as_well_leaves_it_standing():
    head = ld(datePublished="2026-11-20T10:00:00Z")
    beside = "<div>Digər xəbər, 03.10.2026</div><div>20.11.2026</div>"
    assert dated(beside, head) == ("2026-11-20T10:00:00+00:00", "jsonld")


def test_a_time_element_says_its_moment_by_its_attribute():
    assert dated('<time datetime="2026-03-01T12:00:00Z">03/01/2026</time>')[0] == "2026-03-01T12:00:00+00:00"


def test_a_change_told_under_the_headline_comes_before_days_of_other_stories_behind():
    behind = "<p>22.11.2026</p><p>Başqa xəbər</p>"
    assert dated("Yeniləndi: 20.11.2026", behind=behind) == ("2026-11-20T00:00:00+00:00", "text")


def test_a_page_that_says_no_time_has_none():
    assert dated() == (None, None)


def test_every_claim_is_kept_and_the_chosen_one_marked():
    head = ld(datePublished="2026-11-20T10:00:00Z") + '<meta name="pubdate" content="2031-01-01T10:00:00Z">'
    html = f"<html><head>{head}</head><body><h1>Çoban minaya düşüb</h1><div>3 oktyabr 2026</div>{STORY}</body></html>"
    page = Page(url="https://alma.example/2026/11/19/mina", body=html.encode())
    extraction = extract(page, source=None, entry=None, chrome=frozenset(), now=NOW)
    assert [(claim.evidence, f"{claim.at:%m-%d}", claim.chosen) for claim in extraction.claims] == [
        ("jsonld", "11-20", False),
        ("url", "11-19", False),
        ("text", "10-03", True),
    ]
