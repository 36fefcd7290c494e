import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model import Channel, ChannelKind, Source
from monitor.sameness.urlkey import key, mirrors

A = "https://alpha.example/news/mina-12"

SAME = [
    (A, "http://alpha.example/news/mina-12"),
    (A, "https://www.alpha.example/news/mina-12"),
    (A, "https://www2.alpha.example/news/mina-12"),
    (A, "https://m.alpha.example/news/mina-12"),
    (A, "https://mobile.alpha.example/news/mina-12"),
    (A, "https://amp.alpha.example/news/mina-12"),
    (A, "https://www.m.alpha.example/news/mina-12"),
    (A, "https://ALPHA.example/news/mina-12"),
    (A, "HTTPS://Alpha.Example:443/news/mina-12"),
    (A, "http://alpha.example:80/news/mina-12"),
    (A, "https://alpha.example./news/mina-12"),
    (A, "//alpha.example/news/mina-12"),
    (A, "  https://alpha.example/news/mina-12\n"),
    (A, "https://reader:secret@alpha.example/news/mina-12"),
    (A, A + "/"),
    (A, A + "//"),
    (A, "https://alpha.example//news///mina-12"),
    (A, "https://alpha.example/./news/mina-12"),
    (A, A + "#comments"),
    (A, A + "#:~:text=mina"),
    (A, A + "/index.html"),
    (A, A + "/index.php"),
    (A, A + "?"),
    (A, A + "?utm_source=telegram&utm_medium=social&utm_campaign=x"),
    (A, A + "?UTM_Source=telegram"),
    (A, A + "?fbclid=IwAR0abc"),
    (A, A + "?gclid=1&dclid=2&msclkid=3&yclid=4&ysclid=5&twclid=6"),
    (A, A + "?gbraid=a&wbraid=b&srsltid=c&igshid=d"),
    (A, A + "?mc_cid=1&mc_eid=2&_hsenc=x&_hsmi=y&hsa_acc=1"),
    (A, A + "?_openstat=abc&at_medium=custom7&ns_mchannel=social"),
    (A, A + "?ref=telegram"),
    (A, A + "?ref_src=twsrc%5Etfw&ref_url=https%3A%2F%2Fx.example"),
    (A, A + "?from=rss"),
    (A, A + "?source=facebook"),
    (A, A + "?_=1732430000123"),
    (A, A + "?__twitter_impression=true"),
    (A, A + "?replytocom=77"),
    (A, A + "?share=facebook"),
    (A, A + "?PHPSESSID=9f86d081884c7d65"),
    (A, A + "?sid=9f86d081884c7d659a2f"),
    (A, A + ";jsessionid=9F86D081"),
    (A, A + "/amp"),
    (A, A + "/amp/"),
    (A, A + "?amp"),
    (A, A + "?amp=1"),
    (A, A + "?outputType=amp"),
    (A, "https://alpha.example/amp/news/mina-12"),
    (A, A + "/print"),
    (A, A + "?print=1&tmpl=component"),
    (A, A + "?view=print"),
    (A, A + "?m=1"),
    (A, "https://alpha-example.cdn.ampproject.org/c/s/alpha.example/news/mina-12"),
    (A, "https://alpha-example.cdn.ampproject.org/v/s/www.alpha.example/news/mina-12?amp_js_v=0.1&usqp=mq331"),
    (A, "https://www.google.com/amp/s/alpha.example/news/mina-12/amp"),
    (A + ".html", A + ".amp.html"),
    (A + ".html", A + ".html?amp"),
    ("https://alpha.example/az/news/1", "https://alpha.example/az/amp/news/1"),
    ("https://alpha.example/n?a=1&b=2", "https://alpha.example/n?b=2&a=1"),
    ("https://alpha.example/n?a=1&amp;b=2", "https://alpha.example/n?a=1&b=2"),
    ("https://alpha.example/n?q=a+b", "https://alpha.example/n?q=a%20b"),
    ("https://alpha.example/мина-в-агдаме", "https://alpha.example/%D0%BC%D0%B8%D0%BD%D0%B0-%D0%B2-%D0%B0%D0%B3%D0%B4%D0%B0%D0%BC%D0%B5"),
    ("https://alpha.example/ağdam", "https://alpha.example/ag\u0306dam"),
    ("https://alpha.example/%7Euser/%41", "https://alpha.example/~user/A"),
    ("https://alpha.example/a%2fb", "https://alpha.example/a%2Fb"),
    ("https://xəbər.example/1", "https://xn--xbr-dtbb.example/1"),
    ("https://mirror.example/news/mina-12", A),
    ("http://www.mirror.example:80/news/mina-12?utm_source=x", A),
]  # fmt: skip

APART = [
    ("https://alpha.example/news?id=1", "https://alpha.example/news?id=2"),
    ("https://alpha.example/news/1", "https://alpha.example/news/2"),
    ("https://alpha.example/news/mina", "https://alpha.example/news/Mina"),
    ("https://alpha.example/news/mina", "https://alpha.example/news/mina-2"),
    ("https://alpha.example/news/mina", "https://beta.example/news/mina"),
    ("https://ru.alpha.example/news/1", "https://alpha.example/news/1"),
    ("https://az.alpha.example/news/1", "https://en.alpha.example/news/1"),
    ("https://alpha.example/ru/news/1", "https://alpha.example/az/news/1"),
    ("https://alpha.example/news/1?lang=ru", "https://alpha.example/news/1?lang=az"),
    ("https://alpha.example/news/1?page=2", "https://alpha.example/news/1"),
    ("https://alpha.example/?p=101", "https://alpha.example/?p=102"),
    ("https://alpha.example/modules.php?name=News&sid=101", "https://alpha.example/modules.php?name=News&sid=102"),
    ("https://alpha.example/show?cid=7&eid=1", "https://alpha.example/show?cid=7&eid=2"),
    ("https://alpha.example/show?uid=1", "https://alpha.example/show?uid=2"),
    ("https://alpha.example/doc?ref=1201", "https://alpha.example/doc?ref=1202"),
    ("https://alpha.example/doc?source=1201", "https://alpha.example/doc?source=1202"),
    ("https://alpha.example/doc?from=2026-11-01", "https://alpha.example/doc?from=2026-11-02"),
    ("https://alpha.example/doc?m=202610", "https://alpha.example/doc?m=202611"),
    ("https://alpha.example/doc?view=article&id=1", "https://alpha.example/doc?view=photo&id=1"),
    ("https://alpha.example/doc?keyword=mina", "https://alpha.example/doc?keyword=qaz"),
    ("https://alpha.example/ramp/1", "https://alpha.example/1"),
    ("https://alpha.example/news/amplifier", "https://alpha.example/news/lifier"),
    ("https://alpha.example/news/amp/1", "https://alpha.example/news/1"),
    ("https://alpha.example/blueprint", "https://alpha.example/blue"),
    ("https://m.example/1", "https://example/1"),
    ("https://amp.example/1", "https://alpha.example/1"),
    ("https://media.alpha.example/1", "https://alpha.example/1"),
    ("http://127.0.0.1:8900/1", "http://127.0.0.1:8901/1"),
    ("http://alpha.example:8080/1", "http://alpha.example/1"),
    ("https://alpha.example/a%2Fb", "https://alpha.example/a/b"),
    ("https://alpha.example/n?q=a%26b=1", "https://alpha.example/n?q=a&b=1"),
    ("https://alpha.example/%CC%E8%ED%E0", "https://alpha.example/%CC%E8%ED%FB"),
    ("https://alpha.example/#!/news/1", "https://alpha.example/#!/news/2"),
    ("https://alpha.example/index/1", "https://alpha.example/1"),
    ("https://alpha.example/a?x=1&x=2", "https://alpha.example/a?x=1"),
]

SOURCE = Source(
    id="alpha", name="Alpha", country="AZ", languages=("az",), timezone="Asia/Baku", mirrors=("mirror.example",),
    channels=(Channel(url="https://www.alpha.example/rss.xml", kind=ChannelKind.FEED),),
)  # fmt: skip

ADDRESSES = st.one_of(
    st.text(),
    st.from_regex(r"https?://[a-zA-Zəğ.:0-9@\[\]]{0,20}(/[%\w.;~ -]{0,8}){0,4}(\?[%\w=&;+._-]{0,20})?(#!?[\w/]{0,6})?"),
    st.sampled_from([address for pair in SAME + APART for address in pair]),
)


def test_the_tables_are_long_enough() -> None:
    assert len(SAME) + len(APART) >= 60
    assert len(APART) >= 20


@pytest.mark.parametrize(("one", "other"), SAME)
def test_addresses_of_one_article_have_one_key(one: str, other: str) -> None:
    assert key(one, mirrors=mirrors(SOURCE)) == key(other, mirrors=mirrors(SOURCE))


@pytest.mark.parametrize(("one", "other"), APART)
def test_addresses_of_two_articles_have_two_keys(one: str, other: str) -> None:
    assert key(one, mirrors=mirrors(SOURCE)) != key(other, mirrors=mirrors(SOURCE))


@given(ADDRESSES)
def test_the_key_of_a_key_is_itself_whatever_the_address(address: str) -> None:
    once = key(address, mirrors=mirrors(SOURCE))
    assert key(once, mirrors=mirrors(SOURCE)) == once


@given(ADDRESSES)
def test_a_key_can_be_stored_and_shown(address: str) -> None:
    once = key(address)
    assert once == once.strip()
    assert once.encode().decode() == once
    assert "\x00" not in once


def test_a_source_without_mirrors_has_none() -> None:
    assert (
        mirrors(Source(id="b", name="B", country="GE", languages=("ka",), timezone="Asia/Tbilisi", channels=())) == {}
    )
