import pytest

from monitor.discovery import opml
from monitor.discovery.opml import Subscription
from monitor.errors import FeedError
from monitor.model import Channel, ChannelKind, Source

LIST = """<?xml version="1.0" encoding="UTF-8"?>
<opml version="2.0"><head><title>Siyahı</title></head><body>
<outline text="Qafqaz"><outline type="rss" text="Qala xəbərləri" xmlUrl="https://qala.example/rss"/>
<outline type="rss" text="Շավի" xmlUrl="https://shavi.example/feed/"/><outline type="rss" text="yenə" xmlUrl="https://qala.example/rss"/></outline>
<outline type="rss" text="Пустой" xmlUrl="javascript:alert(1)"/><outline text="qovluq"/></body></opml>
"""


def test_the_feeds_of_a_list_are_read_once_each_with_their_folder() -> None:
    assert opml.load(LIST.encode(), place="siyahi.opml") == (
        Subscription(url="https://qala.example/rss", title="Qala xəbərləri", folder="Qafqaz"),
        Subscription(url="https://shavi.example/feed/", title="Շավի", folder="Qafqaz"),
    )


@pytest.mark.parametrize(
    ("body", "cause"),
    [
        ('<!DOCTYPE opml [<!ENTITY x SYSTEM "file:///etc/passwd">]><opml/>', "declares entities"),
        ("<opml>" + "<outline/>" * 10_001 + "</opml>", "holds 10001 outlines"),
        ("http://127.0.0.1:9/list.opml", "is no OPML file"),
        ("<html></html>", "is no OPML file"),
        ("", "is no OPML file"),
    ],
)
def test_a_list_that_cannot_be_trusted_is_refused_with_the_cause(body: str, cause: str) -> None:
    with pytest.raises(FeedError, match=rf"^x\.opml {cause}"):
        opml.load(body.encode(), place="x.opml")


def test_what_is_written_is_read_back() -> None:
    feeds = (
        Channel(url="https://qala.example/rss?a=1&b=2", kind=ChannelKind.FEED, language="az"),
        Channel(url="https://qala.example/old", kind=ChannelKind.FEED, enabled=False),
        Channel(url="https://qala.example/map.xml", kind=ChannelKind.SITEMAP),
    )
    source = Source(
        id="qala", name='Qala "& dost"', country="AZ", languages=("az",), timezone="Asia/Baku", channels=feeds
    )
    (feed,) = opml.load(opml.dump([source]), place="out.opml")
    assert (feed.url, feed.title) == ("https://qala.example/rss?a=1&b=2", 'Qala "& dost"')
