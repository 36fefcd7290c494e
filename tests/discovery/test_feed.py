import contextlib
import socket
import time
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.discovery import feed
from monitor.discovery.document import Document
from monitor.errors import FeedError
from monitor.model import Channel, ChannelKind, Source

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
URL = "https://alov.example/rss.xml"


def source(**more: Any) -> Source:
    given = {
        "id": "alov", "name": "Alov", "country": "AZ", "languages": ("az", "ru"), "timezone": "Asia/Baku",
        "channels": (Channel(url=URL, kind=ChannelKind.FEED),),
    }  # fmt: skip
    return Source(**(given | more))


def read(
    body: bytes | str, *, content_type: str = "application/rss+xml", language: str | None = None, **more: Any
) -> Document:
    raw = body.encode() if isinstance(body, str) else body
    keys = {name: more.pop(name) for name in ("known", "limit", "url") if name in more}
    channel = Channel(url=URL, kind=ChannelKind.FEED, language=language)
    return feed.parse(
        raw, **({"url": URL} | keys), content_type=content_type, source=source(**more), channel=channel, now=NOW
    )


def rss(*items: str, head: str = "", declaration: str = '<?xml version="1.0" encoding="utf-8"?>') -> str:
    return f'{declaration}<rss version="2.0"><channel><title>Alov</title>{head}{"".join(items)}</channel></rss>'


def item(number: int = 1, *, title: str = "Tərtərdə mina partladı", more: str = "") -> str:
    return f"<item><title>{title}</title><link>https://alov.example/xeber/{number}</link>{more}</item>"


# what a feed says


def test_an_rss_item_becomes_an_entry() -> None:
    document = read(
        rss(
            "<item><title>Ağdamda mina partlayışı: iki nəfər yaralanıb</title><link>/xeber/7?x=1&amp;y=2#a</link>"
            "<description>&lt;p&gt;Birinci abzas.&lt;/p&gt;&lt;p&gt;İkinci &amp;amp; son.&lt;/p&gt;</description>"
            "<pubDate>Mon, 23 Nov 2026 10:00:00</pubDate><author>redaksiya@alov.example (Aygün Rəsulova)</author>"
            '<guid isPermaLink="false">7</guid></item>',
            head="<language>az-AZ</language>",
        )
    )
    (entry,) = document.entries
    assert entry.url == "https://alov.example/xeber/7?x=1&y=2"
    assert entry.title == "Ağdamda mina partlayışı: iki nəfər yaralanıb"
    assert entry.summary == "Birinci abzas.\nİkinci & son."
    assert entry.published_at == datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
    assert (entry.author, entry.guid) == ("Aygün Rəsulova", "7")
    assert (document.title, document.language, document.problem) == ("Alov", "az", None)
    assert document.oldest == entry.published_at


def test_an_atom_entry_gives_its_alternate_link_and_its_content() -> None:
    (entry,) = read(
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="ru"><title>Алов</title>'
        '<entry><title type="html">Взрыв &amp;amp; мина</title>'
        '<link rel="self" href="https://alov.example/api/1"/><link rel="alternate" href="https://alov.example/ru/1"/>'
        "<id>tag:alov.example,2026:1</id><updated>2026-11-23T10:00:00+04:00</updated><summary>Кратко.</summary>"
        '<content type="html">&lt;p&gt;Двое сапёров ранены под Физули.&lt;/p&gt;</content></entry></feed>'
    ).entries
    assert (entry.url, entry.title, entry.language) == ("https://alov.example/ru/1", "Взрыв & мина", "ru")
    assert entry.summary == "Двое сапёров ранены под Физули."
    assert entry.published_at == datetime(2026, 11, 23, 6, 0, tzinfo=UTC)


def test_rdf_items_stand_beside_their_channel() -> None:
    (entry,) = read(
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        "<channel><title>Alov</title></channel><item rdf:about='https://alov.example/1'><title>Mayın patladı</title>"
        "<link>https://alov.example/1</link><dc:date>2026-11-23T10:00Z</dc:date></item></rdf:RDF>"
    ).entries
    assert (entry.url, entry.published_at) == ("https://alov.example/1", datetime(2026, 11, 23, 10, 0, tzinfo=UTC))


def test_a_json_feed_is_a_feed() -> None:
    document = read(
        '{"version":"https://jsonfeed.org/version/1.1","title":"Alov","next_url":"/feed.json?page=2","items":['
        '{"id":1,"url":"/1","title":"ნაღმი აფეთქდა","content_html":"<p>ერთი.</p>","date_published":'
        '"2026-11-23T10:00:00Z",'
        '"authors":[{"name":"ნინო"}]},{"id":2,"url":"javascript:alert(1)"},3]}',
        content_type="application/feed+json",
        languages=("ka",),
    )
    (entry,) = document.entries
    assert (entry.url, entry.title, entry.summary) == ("https://alov.example/1", "ნაღმი აფეთქდა", "ერთი.")
    assert (entry.author, entry.guid, entry.language) == ("ნინო", "1", "ka")
    assert document.follow[0].url == "https://alov.example/feed.json?page=2"


def test_the_posts_of_a_wordpress_interface_are_a_feed() -> None:
    (entry,) = read(
        '[{"id":5,"link":"https://alov.example/5/","date_gmt":"2026-11-23T10:00:00",'
        '"title":{"rendered":"Mine &#8211; two hurt"}}]'
    ).entries
    assert (entry.title, entry.published_at) == ("Mine – two hurt", datetime(2026, 11, 23, 10, 0, tzinfo=UTC))


def test_a_list_of_articles_found_by_a_search_is_a_feed() -> None:
    (entry,) = read(
        '{"articles":[{"url":"https://uzaq.example/1","title":"Mayın patladı","seendate":"20261123T101500Z"}]}'
    ).entries
    assert (entry.url, entry.published_at) == ("https://uzaq.example/1", datetime(2026, 11, 23, 10, 15, tzinfo=UTC))


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("<![CDATA[<![CDATA[Ականի պայթյուն]]]]><![CDATA[>]]>", "Ականի պայթյուն"),
        ("&amp;amp;quot;Mina&amp;amp;quot; &amp;lt;b&amp;gt;partladı&amp;lt;/b&amp;gt;", '"Mina" partladı'),
        ("Mina&amp;nbsp;&lt;script&gt;alert(1)&lt;/script&gt; tapıldı", "Mina tapıldı"),
        ("5 &lt; 7 nəfər", "5 < 7 nəfər"),
        ("Подрыв\u202e на\u2028мине", "Подрыв на мине"),
    ],
)
def test_a_title_is_plain_text_however_it_was_escaped(written: str, title: str) -> None:
    (entry,) = read(rss(item(title=written))).entries
    assert entry.title == title


def test_the_next_page_of_a_feed_is_followed_where_one_is_named_or_numbered() -> None:
    wordpress = rss(item(), head="<generator>https://wordpress.org/?v=6.6</generator>")
    named = rss(item(), head='<atom:link xmlns:atom="http://www.w3.org/2005/Atom" rel="next" href="/rss.xml?p=2"/>')
    assert read(wordpress).follow[0].url == "https://alov.example/rss.xml?paged=2"
    assert (
        read(wordpress, url="https://alov.example/feed/?paged=2").follow[0].url == "https://alov.example/feed/?paged=3"
    )
    assert read(named).follow[0].url == "https://alov.example/rss.xml?p=2"
    assert read(rss(item())).follow == ()


# who an entry is


def test_items_that_share_one_guid_stay_apart() -> None:
    guid = "<guid>https://alov.example/</guid>"
    entries = read(rss(item(1, more=guid), item(2, more=guid))).entries
    assert [(entry.url[-1], entry.guid) for entry in entries] == [("1", None), ("2", None)]


def test_a_shared_guid_is_seen_even_when_only_one_item_is_new() -> None:
    guid = "<guid>https://alov.example/</guid>"
    before = read(rss(item(1, more=guid)))
    (entry,) = read(rss(item(2, more=guid), item(1, more=guid)), known=before.keys).entries
    assert (entry.url[-1], entry.guid) == ("2", None)


def test_an_address_may_stand_in_the_guid_alone() -> None:
    (entry,) = read(rss("<item><title>Mina</title><guid>https://alov.example/9</guid></item>")).entries
    assert entry.url == "https://alov.example/9"


@pytest.mark.parametrize(
    "link",
    ["javascript:alert(1)", "file:///etc/passwd", "ftp://alov.example/1", "data:text/html,x", "http://", "http://a:b:c/",
     "", "http://alov.example/" + "a" * 3000]
)  # fmt: skip
def test_links_that_are_no_web_address_are_refused(link: str) -> None:
    document = read(rss(f"<item><title>Mina</title><link>{link}</link></item>"))
    assert (document.entries, document.problem) == ((), "none of 1 items has an address")


def test_the_language_is_the_channels_or_one_that_the_source_writes_in() -> None:
    body = rss(item(), head="<language>en-US</language>")
    assert read(body, language="ru").entries[0].language == "ru"
    assert read(body, languages=("ka",)).entries[0].language == "ka"
    assert read(body).entries[0].language is None


# what is wrong with a feed


def test_a_page_in_place_of_a_feed_is_an_error_that_says_so() -> None:
    with pytest.raises(FeedError, match=r"alov\.example/rss\.xml is an HTML page; `monitor sources check alov`"):
        read('<?xml version="1.0"?><!DOCTYPE html><html><body><channel-list>Xəbərlər</channel-list></body></html>')


@pytest.mark.parametrize("body", [b"", b"  \n", b"\xef\xbb\xbf\n", b"<rss></rss>"])
def test_an_empty_answer_is_a_problem_and_no_error(body: bytes) -> None:
    assert read(body) == Document(problem="empty")


def test_a_feed_without_items_is_empty() -> None:
    assert read(rss()).problem == "empty"


def test_a_cut_off_feed_gives_its_whole_items_and_no_half_address() -> None:
    whole = rss(item(1), item(2), item(345678))
    document = read(whole[: whole.index("345678") + 3])
    assert [entry.url for entry in document.entries] == ["https://alov.example/xeber/1", "https://alov.example/xeber/2"]
    assert not document.whole
    assert read(whole).whole
    assert read(whole.replace("</title>", " & </title>")).whole


def test_ill_formed_items_do_not_take_the_good_ones_with_them() -> None:
    broken = "<item><title>Ş & M <br> &nbsp; yaralı</title><link>https://alov.example/xeber/2?a=1&b=2</link></item>"
    entries = read(rss(item(1), broken, item(3))).entries
    assert [entry.url for entry in entries] == [
        "https://alov.example/xeber/1", "https://alov.example/xeber/2?a=1&b=2", "https://alov.example/xeber/3",
    ]  # fmt: skip
    assert entries[2].title == "Tərtərdə mina partladı"


GOOD = rss(item(1), item(2), item(3))
BROKEN = {
    "a warning before it": "<br />\n<b>Warning</b>: mysql in /x.php on line 3<br />\n" + GOOD,
    "lines before it": "\n\n\n" + GOOD,
    "two byte-order marks": "\ufeff\ufeff" + GOOD,
    "a script after it": GOOD + "<!-- cached --><script>x</script>",
    "entities of HTML": rss(item(1, title="A&nbsp;&mdash;&laquo;B&raquo;"), item(2), item(3)),
    "a bare ampersand": rss(item(1, title="A & B"), item(2), item(3)),
    "an open tag in a text": rss(item(1, more="<description><p>mətn</description>"), item(2), item(3)),
    "attributes without quotes": rss(item(1, more="<enclosure url=https://x length=1/>"), item(2), item(3)),
    "an undeclared prefix": rss(item(1, more="<media:content url='x'/>"), item(2), item(3)),
    "capitals": GOOD.replace("item>", "ITEM>").replace("<rss", "<RSS").replace("</rss", "</RSS"),
    "no channel": "<rss version='2.0'>" + item(1) + item(2) + item(3) + "</rss>",
    "items after the channel": "<rss><channel><title>x</title></channel>" + item(1) + item(2) + item(3) + "</rss>",
    "a wrong encoding": GOOD.replace('encoding="utf-8"', 'encoding="utf-16"'),
    "an unknown encoding": GOOD.replace('encoding="utf-8"', 'encoding="x-foo"'),
    "declarations in a text": rss(
        item(1, more='<description><![CDATA[<!ENTITY x "y">]]></description>'), item(2), item(3)
    ),
    "a bad entity and another in a text": '<!DOCTYPE rss [<!ENTITY a "&b;">]>'
    + rss(item(1, more='<description><![CDATA[<!ENTITY x "y">]]></description>'), item(2), item(3), declaration=""),
    "an outside document type": '<!DOCTYPE rss PUBLIC "-//N//DTD RSS 0.91//EN" "http://127.0.0.1:9/x.dtd">' + GOOD[38:],
    "a style sheet": GOOD.replace("<rss", '<?xml-stylesheet type="text/xsl" href="/x.xsl"?><rss'),
    "a comment with hyphens": GOOD.replace("<item>", "<!-- a -- b --><item>", 1),
    "a less-than sign": rss(item(1, title="a < b"), item(2), item(3)),
    "control characters as references": rss(item(1, title="a&#11;b&#0;c"), item(2), item(3)),
    "halves of characters": rss(item(1, title="&#xD83D;&#xDCA5; &#55357;&#56485; &#xD83D;"), item(2), item(3)),
    "an item in an item": rss(item(1), "<item>" + item(2) + "</item>", item(3)),
    "links in CDATA": GOOD.replace("<link>", "<link><![CDATA[ ").replace("</link>", " ]]></link>"),
    "links as attributes": GOOD.replace("<link>", "<link href='").replace("</link>", "'/>"),
    "addresses in guids alone": GOOD.replace("link>", "guid>"),
    "half an item at its end": rss(item(1), item(2), item(3), "<item><title>Mina</title><link>https://alov.exa")[:-20],
    "an open CDATA at its end": rss(item(1), item(2), item(3), "<item><title><![CDATA[Mina</title></item>"),
}


@pytest.mark.parametrize("body", BROKEN.values(), ids=BROKEN)
def test_a_broken_feed_gives_all_its_whole_items(body: str) -> None:
    assert [entry.url for entry in read(body).entries] == [f"https://alov.example/xeber/{n}" for n in (1, 2, 3)]


def test_halves_of_characters_are_put_together() -> None:
    assert read(BROKEN["halves of characters"]).entries[0].title == "💥 💥 \ufffd"


def test_control_and_nul_bytes_do_no_harm() -> None:
    (entry,) = read(rss(item(title="Mina\x00 \x0bpartladı")).encode()).entries
    assert entry.title == "Mina partladı"


TITLES = {
    "az": "Füzuli rayonunda mina partlayışı baş verib",
    "ru": "Под Физули на мине подорвался сапёр",
    "uk": "На Херсонщині підірвався на міні тракторист",
    "ar": "انفجار لغم أرضي في المنطقة",
}


@pytest.mark.parametrize(
    ("language", "codec"),
    [
        ("az", "utf-8"), ("az", "utf-16"), ("az", "utf-16-le"), ("ru", "windows-1251"), ("ru", "koi8-r"),
        ("ru", "utf-16-be"),
        ("uk", "windows-1251"), ("uk", "utf-8"), ("ar", "windows-1256"), ("ar", "utf-16-le"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("declared", ["utf-8", None])
def test_a_feed_is_read_in_its_real_charset_whatever_it_declares(
    language: str, codec: str, declared: str | None
) -> None:
    title = TITLES[language]
    text = rss(
        *(item(n, title=f"{title} {n}") for n in range(5)),
        declaration=f'<?xml version="1.0" encoding="{declared}"?>' if declared else "",
    )
    entries = read(text.encode(codec), content_type="text/xml" + (f"; charset={declared}" if declared else "")).entries
    assert entries[3].title == f"{title} 3"


def test_the_encoding_of_the_source_outranks_what_the_feed_says() -> None:
    (entry,) = read(rss(item(title="Мина")).encode("cp866"), encoding="cp866").entries
    assert entry.title == "Мина"


# hostile feeds


@pytest.fixture
def no_sockets(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


@pytest.mark.usefixtures("no_sockets")
def test_a_body_that_is_an_address_or_a_path_is_junk_and_opens_nothing(tmp_path: Any) -> None:
    secret = tmp_path / "secret.xml"
    secret.write_text(rss(item()))
    for body in (
        b"http://127.0.0.1:9/rss.xml",
        b"feed://127.0.0.1:9/rss.xml",
        str(secret).encode(),
        b"file://" + str(secret).encode(),
    ):
        with pytest.raises(FeedError, match="is no feed"):
            read(body)


@pytest.mark.usefixtures("no_sockets")
def test_external_entities_are_not_fetched(tmp_path: Any) -> None:
    secret = tmp_path / "secret"
    secret.write_text("GİZLİ")
    for declared in (
        f'<!ENTITY x SYSTEM "file://{secret}">', '<!ENTITY x SYSTEM "http://127.0.0.1:9/">',
        '<!ENTITY % p SYSTEM "http://127.0.0.1:9/d"> %p;',
    ):  # fmt: skip
        body = f'<?xml version="1.0"?><!DOCTYPE rss [{declared}]>' + rss(item(title="Mina &x;"), declaration="")
        assert "GİZLİ" not in str(read(body))
    assert read('<!DOCTYPE rss SYSTEM "http://127.0.0.1:9/x.dtd">' + rss(item(), declaration="")).entries


def test_harmless_entities_of_a_feeds_own_are_resolved() -> None:
    body = '<!DOCTYPE rss [<!ENTITY seher "Şuşa">]>' + rss(item(title="&seher; yaxınlığında mina"), declaration="")
    assert read(body).entries[0].title == "Şuşa yaxınlığında mina"


def test_an_entity_bomb_is_bounded_and_gives_no_title() -> None:
    lines = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 9))
    body = f'<!DOCTYPE rss [<!ENTITY a0 "bum">{lines}]>' + rss(item(title="&a8;"), declaration="")
    started = time.process_time()
    document = read(body)
    assert time.process_time() - started < 2
    assert [entry.title for entry in document.entries] == [None]


def test_an_entity_used_without_end_is_bounded_too() -> None:
    body = f'<!DOCTYPE rss [<!ENTITY a "{"x" * 4_000}"><!ENTITY b "{"y" * 90}">]>'
    body += rss(item(title="&a;" * 200_000 + "&b;" * 200_000), item(2), declaration="")
    started = time.process_time()
    document = read(body)
    assert time.process_time() - started < 2
    assert [entry.url[-1] for entry in document.entries] == ["1", "2"]


def test_every_item_of_an_endless_feed_is_told_and_the_first_are_read_whole() -> None:
    stamp = "<pubDate>Mon, 23 Nov 2026 10:00:00 +0400</pubDate><description>Uzun mətn</description>"
    body = rss(*(item(n, more=stamp) for n in range(3_000)))
    document = read(body, limit=20)
    assert len({entry.url for entry in document.entries}) == 3_000
    assert sum(entry.summary is not None for entry in document.entries) == 20
    assert all(entry.published_at and entry.title for entry in document.entries)
    assert document.problem == "3000 items; of 2980 only address, title and date were read"


def test_an_ill_formed_endless_feed_is_told_whole_too() -> None:
    body = rss(*(item(n, title="Ş & M") for n in range(300)), "<item><link>https://alov.exa")
    document = read(body[: body.rindex("</channel>")], limit=20)
    assert [entry.url for entry in document.entries] == [f"https://alov.example/xeber/{n}" for n in range(300)]


@given(
    st.binary(max_size=300)
    | st.text(max_size=200).map(lambda text: rss(item(title=text)).encode("utf-8", "surrogatepass"))
)
@settings(max_examples=150, deadline=None)
def test_no_body_makes_reading_fail_otherwise_than_by_a_feed_error(body: bytes) -> None:
    try:
        document = read(body)
    except FeedError:
        return
    assert all(entry.url.startswith("http") for entry in document.entries)


@given(
    st.lists(
        st.sampled_from(
            [
                "<item>",
                "</item>",
                "<![CDATA[",
                "]]>",
                "<!",
                "<![x",
                "&#x;",
                "&#99999999;",
                "<link",
                ">",
                "<a:b xmlns:a=''>",
                "<content:encoded>",
                "<?",
                "Mina",
            ]
        ),
        max_size=25,
    )
)
@settings(max_examples=200, deadline=None)
def test_no_mark_up_makes_reading_fail_otherwise_than_by_a_feed_error(parts: list[str]) -> None:
    with contextlib.suppress(FeedError):
        read("<rss><channel><title>Alov</title>" + "".join(parts))


# reading again


def test_items_read_before_are_skipped_and_counted() -> None:
    stamps = [f"<pubDate>{day} Nov 2026 10:00:00 +0400</pubDate>" for day in range(10, 20)]
    old = [item(n, more=stamp) for n, stamp in enumerate(stamps)]
    before = read(rss(*old))
    after = read(rss(item(99), *old), known=before.keys)
    assert [entry.url for entry in after.entries] == ["https://alov.example/xeber/99"]
    assert (after.known, after.problem, after.oldest, after.title) == (10, None, before.oldest, "Alov")
    assert read(rss(*old), known=before.keys).problem is None


def test_an_edited_item_is_read_again() -> None:
    before = read(rss(item(1), item(2)))
    after = read(rss(item(1), item(2, title="Düzəliş: mina partladı")), known=before.keys)
    assert [entry.title for entry in after.entries] == ["Düzəliş: mina partladı"]
