"""What is proposed for selectors and patterns that fit nothing any more."""

from monitor.discovery import mend
from monitor.model import Channel, ChannelKind, Source

URL = "https://qala.example/xeberler/"
SOURCE = Source(
    id="qala", name="Qala", country="AZ", languages=("az",), timezone="Asia/Baku",
    channels=(Channel(url=URL, kind=ChannelKind.LISTING),), article_pattern=r"/xeber/\d+",
)  # fmt: skip


def links(body: str) -> str | None:
    return mend.links(f"<html><body>{body}</body></html>".encode(), url=URL, content_type="text/html", source=SOURCE)


CARDS = "".join(
    f"<div class='card-{n} news-item'><a class='pic' href='/xeber/{n}'><img></a>"
    f"<h3 class='title'><a href='/xeber/{n}'>Füzulidə mina aşkarlandı: {n} nəfər köçürüldü</a></h3></div>"
    for n in range(5)
)


def test_the_links_that_look_like_headlines_are_proposed_by_the_classes_around_them() -> None:
    menu = (
        "<nav>"
        + "".join(f"<a href='/xeber/{n}'>Çox oxunan uzun bir xəbər başlığı {n}</a>" for n in range(9))
        + "</nav>"
    )
    assert links(menu + CARDS) == "div.news-item h3.title a"


def test_a_page_of_menus_has_nothing_to_propose() -> None:
    assert links("".join(f"<a href='/xeber/{n}'>Xəbər {n}</a>" for n in range(9))) is None
    assert links("<p>Salam</p>") is None
    assert links("") is None


def test_the_pattern_keeps_what_the_addresses_share() -> None:
    urls = [f"https://www.qala.example/az/news/{100 + n}/mina-partladi-{n}" for n in range(9)]
    found = mend.pattern([*urls, "https://www.qala.example/haqqimizda"])
    assert found == r"^https?://(?:www\.)?qala\.example/az/news/\d+/[^/]+"


def test_addresses_of_many_shapes_share_nothing() -> None:
    assert mend.pattern(["https://q.example/a", "https://q.example/b/c", "https://q.example/d/e/f"]) is None
    assert mend.pattern([]) is None


def test_a_page_is_scripted_when_scripts_are_nearly_all_it_has() -> None:
    shell = "<html><body><div id='app'></div><script>{}</script></body></html>"
    assert mend.scripted(shell.format("var a = 1;" * 500).encode())
    assert not mend.scripted(f"<html><body><p>{'Mina partladı. ' * 60}</p><script>x</script></body></html>".encode())
    assert not mend.scripted(b"<html><body><p>Salam</p></body></html>")
