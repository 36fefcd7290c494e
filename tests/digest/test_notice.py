import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.digest import notice
from monitor.digest.day import SourceState
from tests.digest.world import day, every_language, item

AT = datetime(2026, 11, 24, 3, 0, 7, 123456, tzinfo=UTC)
DOCUMENT = (Path(__file__).parents[2] / "docs" / "hooks.md").read_text("utf-8")


def data(body):
    told = json.loads(body)
    assert set(told) == {"schema", "type", "timestamp", "data"}
    assert told["schema"] == "monitor.hook/1"
    assert told["timestamp"] == "2026-11-24T03:00:07Z"
    return told["type"], told["data"]


@pytest.mark.parametrize("title", ["Ağdamda mina", "انفجار مین", "\u202egnp.exe", "a\r\nb\x00", "\ud800", "ş" * 10_000])
def test_whatever_a_headline_holds_the_body_is_ascii_and_reads_back(title):
    body = notice.article({"title": title}, text=title, country=None, landed_at=AT)
    assert body.isascii()
    assert data(body) == (
        "article.landed",
        {"title": title, "country": None, "landed_at": "2026-11-24T03:00:07Z", "text": title},
    )


def test_a_digest_tells_the_answer_and_counts_what_it_does_not_show():
    items = [item("az", number=number) for number in range(1, 70)]
    kind, told = data(notice.edition(day([*every_language(), *items]), made_at=AT))
    assert kind == "digest.made"
    assert told["articles"] == len(every_language()) + 69
    assert len(told["items"]) == 50
    assert told["subject"].startswith("Mine monitor ")
    assert told["coverage"].endswith(".")


@pytest.mark.parametrize(("status", "kind"), [("failing", "source.ailing"), ("ok", "source.recovered")])
def test_a_source_tells_how_it_is(status, kind):
    state = SourceState(id="dag", name="Dağ", status=status, since=AT - timedelta(hours=1), note="503")
    found, told = data(notice.source(state, seen_at=AT))
    assert (found, told["status"], told["since"]) == (kind, status, "2026-11-24T02:00:07Z")


def test_every_field_and_every_type_is_documented():
    bodies = [
        notice.article({}, text="", country="AZ", landed_at=AT),
        notice.edition(day(every_language()), made_at=AT),
        notice.source(SourceState(id="dag", name="Dağ", status="failing"), seen_at=AT),
        notice.trial("desk", at=AT),
    ]
    told = [data(body) for body in bodies]
    names = {name for kind, fields in told for name in (kind, *fields)} - {"hook"}
    names |= {name for _, fields in told for shown in fields.get("items", []) for name in shown}
    assert [name for name in sorted(names) if not re.search(rf"`{re.escape(name)}`", DOCUMENT)] == []
