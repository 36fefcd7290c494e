"""Which of a page's claims is its headline, on invented pages."""

import pytest

from monitor.article import document, evidence, headline

URL = "https://www.alma.example/news/kend-123.html"
TITLE = "Kəndin yaxınlığında üç mina zərərsizləşdirilib"


def chosen(body="", *, title="", og=None, twitter=None, url=URL, lines=(), name=None, announced=None):
    metas = "".join(
        f'<meta property="{key}" content="{value}">'
        for key, value in (("og:title", og), ("twitter:title", twitter))
        if value
    )
    tree = document.parse(f"<html><head><title>{title}</title>{metas}</head><body>{body}<p>Mətn.</p></body></html>")
    found = evidence.gather(tree, url=url)
    names = headline.outlets(found, name)
    return headline.choose(found, lines=lines, announced=announced, names=names)


@pytest.mark.parametrize("separator", [" | ", " - ", " — ", " » ", " :: "])
def test_the_outlets_name_is_no_part_of_the_headline(separator):
    assert chosen(title=f"{TITLE}{separator}Alma", name="Alma") == TITLE
    assert chosen(title=f"Alma{separator}{TITLE}", name="Alma") == TITLE


def test_sections_before_the_headline_go_with_the_outlets_name():
    assert chosen(title=f"Alma qəzeti » Hadisə » {TITLE}", name="Alma qəzeti") == TITLE


def test_the_part_of_the_title_that_the_page_shows_as_its_heading_is_the_headline():
    title = "Минное поле | Большой союз независимых наблюдателей"
    assert chosen("<h1>Минное поле</h1>", title=title) == "Минное поле"
    assert chosen("<h1>Мины</h1>", title="Темы - Мины - Alma") == "Мины"
    name = "Большой союз независимых наблюдателей"
    assert chosen("<h1>Минное поле</h1>", title=f"Минное поле | {name}", lines=[name]) == "Минное поле"


def test_a_heading_that_names_the_site_gives_way_to_what_the_head_claims():
    assert chosen("<h1>Alma</h1>", title=f"{TITLE} | Alma", og=TITLE, name="Alma") == TITLE


def test_a_colon_parts_only_a_name_that_the_page_shows_as_its_heading():
    assert chosen("<h1>Alma bloqu</h1>", title=f"Alma bloqu: {TITLE}", name="Alma bloqu") == TITLE
    assert chosen("<h1>Mina</h1>", title="Alma: üç mina tapıldı", name="Alma") == "Alma: üç mina tapıldı"


def test_a_heading_that_says_the_same_in_other_words_is_what_readers_see():
    heading = "Kəndin yaxınlığında daha üç mina tapılıb və zərərsizləşdirilib"
    assert chosen(f"<h1>{heading}</h1>", title=f"{TITLE} | Alma", og=TITLE, name="Alma") == heading


def test_a_heading_broken_into_pieces_is_read_as_the_head_means_it():
    assert chosen("<h1>Сап<span>ёры</span> нашли мину</h1>", title="Сапёры нашли мину") == "Сапёры нашли мину"
    assert chosen(f"<h1><em>Xəbər</em> <span>{TITLE}</span></h1>", title=TITLE) == TITLE


def test_a_heading_that_differs_in_a_word_is_spelt_as_a_head_that_agrees_with_itself():
    long = "Dörd kənddə minatəmizləmə başa çatıb, sakinlər evlərinə qayıdır, məktəb & bağça açılır"
    assert chosen(f"<h1>{long.replace('&', 'və')}</h1>", title=long, og=long) == long


def test_a_description_in_the_heading_is_no_headline():
    description = " ".join(["Bu səhifədə minalar haqqında hər şey var."] * 6)
    assert chosen(f"<h1>{description}</h1>", title=TITLE, og=TITLE) == TITLE


def test_of_two_claims_the_page_decides():
    other = "Sapyorlar kənddə üç mina tapdı"
    assert chosen(title=f"{other} | Alma", og=other, twitter=TITLE, lines=[TITLE], name="Alma") == TITLE


def test_a_home_page_is_called_as_its_outlet_is():
    assert chosen("<h1>Axtar</h1>", title="Alma", og="Alma", url="https://www.alma.example/", name="Alma") == "Alma"
    assert chosen(title=f"{TITLE} | Alma", url="https://www.alma.example/?n=7", name="Alma") == TITLE


def test_a_page_without_any_claim_has_the_headline_of_its_first_heading_or_none():
    assert chosen(f"<h1>{TITLE}</h1>") == TITLE
    assert chosen() is None
