import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import feedparser
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.digest.day import Item
from monitor.digest.syndicate import atom, json_feed
from monitor.model import Hit

AT = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
HIT = Hit(term="fa:min", form="مین", weight=3, sentence="مین در مزرعه‌ای منفجر شد.", language="fa", kind="object")
PERSIAN = Item(
    name="007_00112233445566aa.txt",
    url="https://khabar.example/a?b=1&c=2",
    title="انفجار مین: دو کشاورز زخمی شدند؛ می‌گویند",
    language="fa",
    source="khabar",
    source_name="Xəbər & <oğulları>",
    country="INT",
    category="incident",
    score=8,
    published_at=AT - timedelta(hours=2),
    seen_at=AT,
    hits=(HIT,),
)
ARMENIAN = replace(
    PERSIAN, name="006_ffeeddccbbaa0099.txt", title="Ականի պայթյուն՝ Տավուշում", language="hy", published_at=None
)
HOSTILE = [
    "<script>alert('ə')</script> ]]> &amp; {{ 7*7 }}",
    "a\nSubject: b\x00\x1b[31m\u202egnp",
    "lone \ud83d surrogate \ufffe\uffff",
    "й" * 10_000,
    "",
]


def parsed(items):
    feed = feedparser.parse(atom(items))
    assert not feed.bozo
    return feed


def test_a_reader_finds_what_was_written_in_atom():
    first, second = parsed([PERSIAN, ARMENIAN]).entries
    assert (first.title, first.title_detail.language, first.link) == (PERSIAN.title, "fa", PERSIAN.url)
    assert first.author == PERSIAN.source_name
    assert (first.published, first.updated) == ("2026-11-23T07:30:00Z", "2026-11-23T09:30:00Z")
    assert first.summary == HIT.sentence
    assert [tag.term for tag in first.tags] == ["incident"]
    assert (second.title, second.title_detail.language) == (ARMENIAN.title, "hy")
    assert second.published == "2026-11-23T09:30:00Z"


def test_a_reader_finds_what_was_written_in_json():
    document = json.loads(json_feed([PERSIAN, ARMENIAN]))
    assert document["version"] == "https://jsonfeed.org/version/1.1"
    first, second = document["items"]
    assert (first["title"], first["language"], first["url"]) == (PERSIAN.title, "fa", PERSIAN.url)
    assert first["_monitor"]["name"] == PERSIAN.name
    assert second["title"] == ARMENIAN.title


@pytest.mark.parametrize("title", HOSTILE)
def test_whatever_a_title_holds_both_feeds_stay_well_formed(title):
    hit = replace(HIT, sentence=title)
    item = replace(PERSIAN, title=title, source_name=title, url=f"https://x.example/{title}", hits=(hit,))
    entry, plain = parsed([item]).entries[0], json.loads(json_feed([item]))["items"][0]
    assert entry.title_detail.type == "text/plain"
    for shown in (entry.title, plain["title"]):
        assert shown
        assert not set(shown) & set("\n\x00\x1b\u202e\ud83d\ufffe")
    if title.startswith("<script>"):
        assert plain["title"] == title


@given(st.text(), st.text(st.characters(exclude_categories=[])))
def test_any_text_at_all_can_be_written(title, sentence):
    item = replace(PERSIAN, title=title, hits=(replace(HIT, sentence=sentence),))
    assert len(parsed([item]).entries) == 1
    json.loads(json_feed([item]))


def test_an_item_keeps_its_id_when_it_changes_and_the_feed_tells_the_last_change():
    changed = replace(PERSIAN, title="Yeni başlıq", updated_at=AT + timedelta(days=1))
    before, after = parsed([PERSIAN]), parsed([changed])
    assert before.entries[0].id == after.entries[0].id == json.loads(json_feed([changed]))["items"][0]["id"]
    assert (before.feed.updated, after.feed.updated) == ("2026-11-23T09:30:00Z", "2026-11-24T09:30:00Z")
    assert len({entry.id for entry in parsed([PERSIAN, ARMENIAN]).entries}) == 2


def test_the_same_items_give_the_same_bytes():
    assert atom([PERSIAN]) == atom([PERSIAN])
    assert json_feed([PERSIAN]) == json_feed([PERSIAN])
