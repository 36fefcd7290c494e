# ruff: noqa: E501 - stories read better on one line
import json
from datetime import UTC, datetime

import pytest

from monitor.article import textfile
from monitor.article.extract import extract
from monitor.model import Channel, ChannelKind, Entry, Outcome, Page, Source

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
URL = "https://www.alma.example/news/123.html"
MENU = '<ul class="menu"><li><a href="/">Ana səhifə</a></li><li><a href="/s">Siyasət</a></li></ul>'
SIDEBAR = (
    "<div><b>Ən çox oxunan</b>"
    + "".join(f'<div><a href="/n/{n}">Minaya düşən traktorçu {n} gün xəstəxanada qalıb</a></div>' for n in range(12))
    + "</div>"
)
LEGAL = (
    "<div>Redaksiya reklamların məzmununa görə məsuliyyət daşımır. Müəlliflərin fikri redaksiyanın mövqeyi ilə"
    " üst-üstə düşməyə bilər. Materiallardan istifadə edərkən istinad vacibdir.</div>"
)
STORIES = {
    "az": ("Ağdamda çoban minaya düşüb", "Göytəpə kəndində 34 yaşlı çoban minaya düşərək yaralanıb.", "Vəziyyəti stabildir."),
    "ru": ("Пастух подорвался на мине", "Под Агдамом 34-летний пастух подорвался на мине и ранен.", "Его состояние стабильно."),
    "hy": ("Հովիվը պայթել է ականի վրա", "Տավուշում 34-ամյա հովիվը պայթել է ականի վրա և վիրավորվել։", "Վիճակը կայուն է այժմ։"),
    "ka": ("მწყემსი ნაღმზე აფეთქდა", "გორის რაიონში 34 წლის მწყემსი ნაღმზე აფეთქდა და დაშავდა.", "მისი მდგომარეობა სტაბილურია."),
    "tr": ("Çoban mayına bastı", "Şırnak kırsalında 34 yaşındaki çoban mayına basarak yaralandı.", "Sağlık durumu iyi olduğu öğrenildi."),
    "uk": ("Пастух підірвався на міні", "Під Ізюмом 34-річний пастух підірвався на міні та поранений.", "Його стан стабільний, кажуть лікарі."),
    "fa": ("چوپانی روی مین رفت", "در مهران چوپانی ۳۴ ساله روی مین رفت و زخمی شد.", "حال او پایدار گزارش شده است."),
    "ar": ("لغم يصيب راعيا", "أصيب راع في الرابعة والثلاثين من عمره بانفجار لغم قرب القرية.", "حالته مستقرة بحسب الأطباء."),
    "en": ("Shepherd steps on mine", "A shepherd of 34 stepped on a mine near Agdam and was injured.", "His condition is stable."),
}  # fmt: skip
FORMS = {
    "paragraphs": "<h1>{title}</h1><div class='text'><p>{one}</p><p>{two}</p></div>",
    "divs": "<h2>{title}</h2><div><div>{one}</div><div>{two}</div></div>",
    "breaks": "<h1>{title}</h1><div>{one}<br><br>{two}</div>",
    "table": "<table><tr><td width=200>x</td><td><b>{title}</b><br>12:30<br><br>{one}<br><br>{two}</td></tr></table>",
    "signed": "<h1>{title}</h1><div><p>{one}</p><p>{two}</p><p>Alma.Example</p><p>Oxunub: 342</p></div>",
}


def source(**facts):
    channel = Channel(url="https://alma.example/rss", kind=ChannelKind.FEED)
    given = {"id": "alma", "name": "Alma", "country": "AZ", "languages": ("az",), "timezone": "Asia/Baku"}
    return Source(**(given | {"channels": (channel,)} | facts))


def page(body, head="", title="", **facts):
    html = f"<html><head><title>{title}</title>{head}</head><body>{MENU}{body}{SIDEBAR}{LEGAL}</body></html>"
    return Page(**({"url": URL, "body": html.encode()} | facts))


def read(one, *, entry=None, chrome=(), **facts):
    return extract(one, source=source(**facts), entry=entry, chrome=frozenset(chrome), now=NOW)


def ld(**fields):
    node = {"@context": "https://schema.org", "@type": "NewsArticle"} | fields
    return f'<script type="application/ld+json">{json.dumps(node, ensure_ascii=False)}</script>'


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("language", STORIES)
def test_a_short_story_comes_out_whole_and_alone(language, form):
    title, one, two = STORIES[language]
    extraction = read(page(FORMS[form].format(title=title, one=one, two=two), title=title))

    assert extraction.article, extraction.reason
    assert (extraction.article.title, extraction.article.paragraphs) == (title, (one, two))
    assert extraction.article.language == language


def test_a_page_with_font_widget_repeated_title_and_credit_becomes_a_clean_queue_text():
    title, one, two = STORIES["en"]
    body = f"<h1>{title}</h1><div class='x'>+ ↺ − 16 px</div><p><b>{title}</b></p><p>{one}</p><p>&nbsp;</p><p>{two}</p><p>Alma.Az</p>"

    article = read(page(body, title=f"{title} | Alma"), credit="Alma.Az").article

    assert textfile.dump(article) == f"{title}\n{one}\n{two}\nAlma.Az"


def test_an_author_closes_the_text_before_the_outlet_does():
    title, one, two = STORIES["az"]
    body = f"<h1>{title}</h1><p>{one}</p><p>{two}</p><p>Müəllif: Rauf Quliyev</p><p>Alma.Az</p>"

    assert textfile.dump(read(page(body), credit="Alma.Az").article).endswith(f"{two}\nBy Rauf Quliyev")


@pytest.mark.parametrize(
    "line",
    ["Oxuyun: <a href='/2'>Minalanmış sahədə iki nəfər yaralanıb</a>", "Telegram kanalımıza abunə olun və xəbərləri ilk siz öyrənin.",
     "Baxış sayı: 1 234", "Teqlər: mina, partlayış", "Paylaş: Facebook | X | Telegram"],
)  # fmt: skip
def test_what_a_page_adds_between_the_paragraphs_is_gone(line):
    title, one, two = STORIES["az"]

    article = read(page(f"<h1>{title}</h1><div><p>{one}</p><p>{line}</p><p>{two}</p></div>")).article

    assert article.paragraphs == (one, two)


def test_lines_that_the_source_strips_are_gone():
    title, one, two = STORIES["az"]

    article = read(
        page(f"<h1>{title}</h1><p>{one}</p><p>ALMA XƏBƏR XİDMƏTİ 24/7 işləyir.</p><p>{two}</p>"), strip=("^ALMA XƏBƏR",)
    )

    assert article.article.paragraphs == (one, two)


def test_blocks_that_recur_on_other_pages_are_chrome_and_every_page_tells_its_blocks():
    title, one, two = STORIES["az"]
    note = "Alma oxucularına xatırladır ki, redaksiyanın ünvanı dəyişib və yeni nömrələr saytdadır."
    first = read(page(f"<h1>{title}</h1><p>{one}</p><p>{two}</p><p>{note}</p>"))
    other = STORIES["tr"]
    second = read(page(f"<h1>{other[0]}</h1><p>{other[1]}</p><p>{other[2]}</p><p>{note}</p>"))
    recurring = set(first.blocks) & set(second.blocks)

    again = read(page(f"<h1>{title}</h1><p>{one}</p><p>{two}</p><p>{note}</p>"), chrome=recurring)

    assert note in first.article.paragraphs
    assert again.article.paragraphs == (one, two)


def test_a_story_that_recurs_in_whole_is_still_a_story():
    title, one, two = STORIES["az"]
    known = read(page(f"<h1>{title}</h1><p>{one}</p><p>{two}</p>"))

    again = read(page(f"<h1>{title}</h1><p>{one}</p><p>{two}</p>"), chrome=known.blocks)

    assert again.article.paragraphs == (one, two)


def test_a_story_told_in_json_ld_alone_is_read_from_there():
    title, one, two = STORIES["ka"]

    article = read(
        page("<div id=root></div>", head=ld(headline=title, articleBody=f"{one}\n\n{two}"), title=title)
    ).article

    assert (article.title, article.paragraphs) == (title, (one, two))


def test_three_hundred_nested_elements_do_not_lose_the_story():
    title, one, two = STORIES["uk"]
    body = "<div>" * 300 + f"<h1>{title}</h1><p>{one}</p><p>{two}</p>" + "</div>" * 300

    assert read(page(body)).article.paragraphs == (one, two)


def test_times_of_the_page_are_read_in_the_zone_of_the_source():
    title, one, two = STORIES["az"]

    article = read(page(f"<h1>{title}</h1><div>25.06.2026 17:24</div><p>{one}</p><p>{two}</p>")).article

    assert article.published_at == datetime(2026, 6, 25, 13, 24, tzinfo=UTC)
    assert article.date_evidence == "text"


def test_a_time_in_the_future_is_no_publication_time():
    title, one, two = STORIES["az"]
    head = ld(headline=title, datePublished="2031-01-01T10:00:00Z")
    entry = Entry(url=URL, title=title, published_at=datetime(2026, 11, 20, 8, tzinfo=UTC))

    article = read(page(f"<h1>{title}</h1><p>{one}</p><p>{two}</p>", head=head), entry=entry).article

    assert (article.published_at, article.date_evidence) == (entry.published_at, "feed")


@pytest.mark.parametrize(
    ("link", "canonical"),
    [
        ("https://alma.example/news/123", "https://alma.example/news/123"),
        ("/az/news/123", "https://www.alma.example/az/news/123"),
        ("https://alma.example/", None),
        ("https://other.example/news/123", None),
        ("http://[", None),
    ],
)
def test_the_canonical_address_lies_on_the_same_site_and_is_no_home_page(link, canonical):
    title, one, two = STORIES["az"]

    article = read(
        page(f"<h1>{title}</h1><p>{one}</p><p>{two}</p>", head=f'<link rel="canonical" href="{link}">')
    ).article

    assert article.canonical_url == canonical


CARDS = "".join(
    f'<div class="card"><a href="/n/{n}">Xəbərin uzun başlığı nömrə {n}</a><p>Qısa təsvir verilir.</p></div>'
    for n in range(30)
)
NO_ARTICLES = {
    "section": (f"<h1>Cəmiyyət</h1>{CARDS}", '<meta property="og:type" content="website">', f"{URL[:27]}/cemiyyet"),
    "home": (f"<h1>Alma</h1>{CARDS}", "", "https://www.alma.example/"),
    "tag": (f"<h1>mina</h1>{CARDS}", "", "https://www.alma.example/tag/mina"),
    "product": (
        "<h1>Mina axtaran cihaz</h1><div>120 €</div><p>Dəqiq və yüngül cihazdır.</p><div>80 €</div><div>90 €</div><div>99 €</div>",
        '<meta property="og:type" content="product">',
        "https://www.alma.example/shop/cihaz",
    ),
}


@pytest.mark.parametrize("name", NO_ARTICLES)
def test_lists_and_wares_are_no_articles_and_the_reason_is_told(name):
    body, head, url = NO_ARTICLES[name]

    extraction = read(page(body, head=head, url=url))

    assert (extraction.article, extraction.outcome) == (None, Outcome.NOT_ARTICLE)
    assert extraction.reason


def test_whole_stories_that_follow_on_the_page_are_not_this_one():
    title, one, two = STORIES["az"]
    further = "".join(
        f"<div class='detail'><h2>Başqa xəbərin başlığı {n}</h2><time>19.11.2026</time><div><p>Qonşu rayonda {n} sahə"
        f" bu həftə yoxlanılıb, nəticələr sabah açıqlanacaq.</p><p>Komissiya işini davam etdirir, sakinlər gözləyir.</p></div></div>"
        for n in range(4)
    )
    body = (
        f"<div class='detail'><h1>{title}</h1><time>20.11.2026</time><div><p>{one}</p><p>{two}</p></div></div>{further}"
    )

    assert read(page(body)).article.paragraphs == (one, two)


def test_parts_of_a_story_that_are_set_alike_stay_in_it():
    title, one, two = STORIES["az"]
    part = "Qonşu rayonda sahələr bu həftə yoxlanılıb, nəticələr sabah açıqlanacaq."
    body = f"<div class='part'><h1>{title}</h1><p>{one}</p></div><div class='part'><h2>Sahələr</h2><p>{part}</p><p>{two}</p></div>"

    assert read(page(body)).article.paragraphs == (one, "Sahələr", part, two)


def long_story(language, count):
    one, two = STORIES[language][1:]
    return [f"{n}. {one} {two} {one}" for n in range(count)]


def test_parts_of_a_long_story_that_are_set_like_cards_stay_in_it():
    told = long_story("ru", 20)
    people = ["Рассказ сапёра Рауфа Гулиева", "Рассказ фельдшера Анны Петровой", "Рассказ учителя Самвела Акопяна"]
    cards = "".join(
        f"<li><h3><a href='/p/{n}'>{name}</a></h3><p>{told[16 + n]}</p></li>" for n, name in enumerate(people)
    )
    parts = "".join(f"<p>{text}</p>" for text in told[:16])
    body = f"<h1>Три голоса с минного поля</h1><div class='text'>{parts}<ul>{cards}</ul><p>{told[19]}</p></div>"

    assert read(page(body)).article.paragraphs == (
        *told[:16], *(line for n, name in enumerate(people) for line in (name, told[16 + n])), told[19],
    )  # fmt: skip


def test_a_long_story_in_an_element_named_like_furniture_is_found_behind_what_readers_say():
    told = long_story("uk", 26)
    said = "".join(f"<div><p>Дуже дякую за цей випуск номер {n}, чекаю на наступний.</p></div>" for n in range(100))
    story = "".join(f"<p>{text}</p>" for text in told)
    body = f"<div><h1>Поле за селом</h1></div><div class='promo-text'>{story}</div><div class='widget'>{said}</div>"

    assert read(page(body)).article.paragraphs == tuple(told)


def test_a_page_that_holds_little_but_its_story_is_an_article_though_it_claims_nothing():
    story = "".join(f"<p>{text}</p>" for text in long_story("ka", 9))
    html = f"<html><head>{SITE}<title>ნაღმები</title></head><body><h1>ნაღმები</h1>{story}</body></html>"

    assert read(Page(url="https://www.alma.example/sakhli/7", body=html.encode())).article is not None


def test_a_page_saved_without_its_address_is_judged_by_the_one_it_gives_itself():
    body, head, url = NO_ARTICLES["section"]
    own = f'<link rel="canonical" href="{url}">'
    story = "".join(f"<p>{text}</p>" for text in long_story("hy", 3))
    saved = page(f"{body}{story}", head=head + own, url="")

    assert "has a word for an address" in read(saved).reason


SITE = '<meta property="og:type" content="website">'
ONE = "Göytəpə kəndində 34 yaşlı çoban minaya düşərək yaralanıb."


@pytest.mark.parametrize("language", STORIES)
def test_a_flash_of_one_sentence_is_a_story_though_the_page_claims_nothing_of_it(language):
    title, one, _ = STORIES[language]

    extraction = read(
        page(f"<h1>{title}</h1><div><p>{one}</p></div>", head=SITE, url="https://www.alma.example/x/flash")
    )

    assert extraction.article is not None, extraction.reason
    assert extraction.article.paragraphs == (one,)


@pytest.mark.parametrize("path", ["/d", "/a", "/page", "/list", "/az/d", "/ru/page", "/index.php?newsid=4711"])
@pytest.mark.parametrize("head", ["", '<meta property="og:type" content="article">'], ids=["silent", "claimed"])
def test_a_whole_story_at_an_odd_address_is_a_story(path, head):
    title, one, two = STORIES["az"]

    extraction = read(
        page(f"<h1>{title}</h1><p>{one}</p><p>{two}</p>", head=head, url=f"https://www.alma.example{path}")
    )

    assert extraction.article is not None, extraction.reason


@pytest.mark.parametrize("path", ["/", "/az/", "/en", "/index.html", "/ru/index.php", "/news", "/tag/mina", "/c/mina/"])
def test_addresses_of_home_pages_and_sections_speak_against_a_page_of_cards(path):
    extraction = read(
        page(f"<h1>{STORIES['az'][0]}</h1><p>{ONE}</p>{CARDS}", head=SITE, url=f"https://www.alma.example{path}")
    )

    assert (extraction.article, extraction.outcome) == (None, Outcome.NOT_ARTICLE)
    assert "home page" in extraction.reason or "section's address" in extraction.reason


def wall(title, text, extra=""):
    return f"<html><head><title>{title}</title></head><body>{extra}<h1>{title}</h1><p>{text}</p></body></html>"


WALLS = {
    "challenge": wall("Just a moment...", "Verifying you are human. This may take a few seconds.",
                      '<script src="/cdn-cgi/challenge-platform/h/b/orchestrate/chl_page/v1"></script>'),
    "challenge ru": wall("Проверка браузера", "Проверяем ваш браузер перед входом на сайт."),
    "javascript": wall("Alma", "Please enable JavaScript to continue using this site."),
    "consent": wall("Before you continue", "We and our 840 partners store and access information. Accept all cookies."),
    "login": wall("Daxil olun", "Davam etmək üçün daxil olun və ya qeydiyyatdan keçin."),
    "paywall": wall("Mina partlayıb", "Ağdamda mina partlayıb. Subscribe to continue reading. Already a subscriber?"),
}  # fmt: skip


@pytest.mark.parametrize("name", WALLS)
def test_a_wall_is_blocked_with_its_kind(name):
    extraction = read(Page(url=URL, body=WALLS[name].encode()))

    assert (extraction.article, extraction.outcome, extraction.reason) == (None, Outcome.BLOCKED, name.split()[0])


@pytest.mark.parametrize(("status", "reason"), [(401, "login"), (403, "forbidden"), (429, "too many requests")])
def test_a_refusal_by_status_is_blocked(status, reason):
    extraction = read(Page(url=URL, body=b"<html><body><p>No.</p></body></html>", status=status))

    assert (extraction.outcome, extraction.reason) == (Outcome.BLOCKED, reason)


@pytest.mark.parametrize(
    "title", ["Səhifə tapılmadı", "Страница не найдена", "404 Page not found", "გვერდი ვერ მოიძებნა"]
)
def test_a_soft_404_is_no_article(title):
    extraction = read(page(f"<h1>{title}</h1><p>Axtardığınız ünvan yoxdur.</p>", title=title))

    assert (extraction.outcome, extraction.reason) == (Outcome.NOT_ARTICLE, "not found")


def test_a_story_about_a_wall_is_a_story():
    title = "Saytlar istifadəçidən robot olmadığını soruşur"
    one = "Ölkənin iri saytları bu həftədən başlayaraq hər istifadəçidən robot olmadığını təsdiqləməyi xahiş edir, nazirlik bildirib."
    two = "Mütəxəssislər deyir ki, yoxlama bir neçə saniyə çəkir və heç bir məlumat saxlanmır, istifadəçilər isə narazıdır."

    assert read(page(f"<h1>{title}</h1><p>{one}</p><p>{two}</p>")).article.paragraphs == (one, two)


@pytest.mark.parametrize("kind", ["h2", "h3", "p", "div"])
@pytest.mark.parametrize(
    "words", ["Members only: what the maps leave out", "Subscribers-only: the year in mines, told by deminers"]
)
def test_what_is_said_of_a_neighbouring_story_is_no_wall(kind, words):
    title, one, _ = STORIES["en"]
    other = f'<div class="box"><{kind}><a href="/n/9">{words}</a></{kind}></div>'

    extraction = read(page(f"{other}<h1>{title}</h1><p>{one}</p>{other}"))

    assert extraction.article is not None, extraction.reason
    assert extraction.article.paragraphs == (one,)


def test_an_offer_far_behind_the_text_is_no_wall():
    title, one, two = STORIES["en"]
    cards = CARDS.replace("Xəbərin", "The news")
    offer = "<div><p>Subscribe to read the paper in print.</p></div>"

    assert read(page(f"<h1>{title}</h1><p>{one}</p><p>{two}</p>{cards}{offer}")).article is not None


@pytest.mark.parametrize(
    "demand",
    [
        "<p>This article is for subscribers only.</p>",
        "<div class='subscribe'><a href='/pay'>Subscribe to continue reading</a></div>",
        "<div><a href='/pay'>Оформите подписку</a></div>",
        "<p>Yalnız abunəçilər üçün</p>",
    ],
)
def test_a_demand_to_pay_where_the_text_should_go_on_is_a_wall(demand):
    title, one, _ = STORIES["en"]

    extraction = read(page(f"<h1>{title}</h1><div><p>{one}</p>{demand}</div>"))

    assert (extraction.outcome, extraction.reason) == (Outcome.BLOCKED, "paywall")


def test_a_page_described_as_not_free_is_a_wall_wherever_it_says_so():
    title, one, _ = STORIES["en"]
    far = f"{CARDS}<div class='modal'>Already a subscriber? Log in.</div>"
    body = f"<h1>{title}</h1><div><p>{one}</p></div>{far}"

    assert read(page(body)).article is not None
    assert read(page(body, head=ld(headline=title, isAccessibleForFree=False))).reason == "paywall"


def test_a_number_in_a_headline_is_no_missing_page():
    title, one = "404 mines cleared in one week", "Deminers cleared 404 mines near Agdam."

    assert read(page(f"<h1>{title}</h1><p>{one}</p>", title=title)).article is not None


def test_a_gate_s_script_on_a_page_that_describes_an_article_is_no_challenge():
    title, one = STORIES["tr"][0], "Şırnak kırsalında bir çoban yaralandı."
    script = '<script src="/cdn-cgi/challenge-platform/scripts/jsd/main.js"></script>'
    body = f"<html><head><title>{title}</title>{ld(headline=title)}{script}</head><body><h1>{title}</h1><p>{one}</p></body></html>"

    assert read(Page(url=URL, body=body.encode())).article is not None


@pytest.mark.parametrize(
    "body", [b"", b"   ", b"</0000", b"</p>", b"\x00\x00", b"<html></html>", b"%PDF-1.4", b"\xff\xfe"]
)
def test_a_page_without_text_is_no_article(body):
    extraction = extract(Page(url="", body=body), source=None, entry=None, chrome=frozenset(), now=NOW)

    assert (extraction.article, extraction.outcome) == (None, Outcome.NOT_ARTICLE)


def test_what_is_no_article_still_says_what_it_is():
    extraction = read(page(f"<h1>Cəmiyyət</h1>{CARDS}", url="https://www.alma.example/cemiyyet"))

    assert extraction.described.title == "Cəmiyyət"
    assert extraction.described.paragraphs == ()
