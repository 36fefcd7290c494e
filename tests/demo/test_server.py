import gzip
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPResponse

import pytest

from monitor.demo.server import Sites, serving
from monitor.demo.world import load

WORLD = load(datetime(2026, 11, 24, 9, 30, tzinfo=UTC))


@pytest.fixture(scope="module")
def sites():
    with serving(WORLD) as served:
        yield served


def get(sites: Sites, outlet: str, path: str, **headers: str) -> tuple[HTTPResponse, bytes]:
    connection = HTTPConnection(sites.bases[outlet].removeprefix("http://"), timeout=10)
    try:
        connection.request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        return answer, answer.read()
    finally:
        connection.close()


def test_every_outlet_has_a_place_of_its_own(sites) -> None:
    assert len(set(sites.bases.values())) == len(WORLD)
    assert all(base.startswith("http://127.0.0.1:") for base in sites.bases.values())


def test_an_unchanged_document_is_not_sent_twice(sites) -> None:
    first, body = get(sites, "matsne", "/sitemap-news.xml")
    second, nothing = get(sites, "matsne", "/sitemap-news.xml", If_None_Match=first.headers["ETag"])
    assert (first.status, second.status) == (200, 304)
    assert body
    assert not nothing


def test_who_takes_gzip_gets_gzip(sites) -> None:
    plain = get(sites, "stepnoy", "/news.php?id=5521")[1]
    answer, packed = get(sites, "stepnoy", "/news.php?id=5521", Accept_Encoding="gzip")
    assert answer.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed) == plain
    assert "Калиновки" in plain.decode("windows-1251")


def test_a_tracking_query_leads_to_the_same_page(sites) -> None:
    path = "/news/2041-road-workers-injured"
    assert get(sites, "highland", path)[1] == get(sites, "highland", f"{path}?utm_source=rss")[1]


def test_a_dead_feed_is_dead_and_an_unknown_path_is_not_found(sites) -> None:
    assert get(sites, "valley", "/rss.xml")[0].status == 404
    assert get(sites, "valley", "/feed/")[0].status == 410
    assert get(sites, "karvan", "/news/none")[0].status == 404


def test_what_was_asked_is_remembered(sites) -> None:
    before = len(sites.asked)
    get(sites, "karvan", "/robots.txt")
    assert [(one.outlet, one.path, one.status) for one in sites.asked[before:]] == [("karvan", "/robots.txt", 200)]
