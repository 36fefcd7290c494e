"""Who wrote it, on invented pages."""

import json

import pytest

from monitor.article import authors, blocks, document, evidence


def chosen(body="", head="", *, names=(), outlet=(), announced=None):
    tree = document.parse(f"<html><head>{head}</head><body>{body}</body></html>")
    found = evidence.gather(tree, url="https://alma.example/news/1.html")
    return authors.choose(found, near=blocks.read(tree), names=names, outlet=outlet, announced=announced)


def ld(author):
    node = {"@type": "NewsArticle", "headline": "Mina tapılıb", "author": author}
    return f'<script type="application/ld+json">{json.dumps(node)}</script>'


def meta(name, content):
    return f'<meta name="{name}" content="{content}">'


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("Müəllif: Rauf Quliyev", "Rauf Quliyev"),
        ("Автор: Анна Ветрова", "Анна Ветрова"),
        ("By Nina Kvari", "Nina Kvari"),
        ("ByNina Kvari", "Nina Kvari"),
        ("24 November 2026 · 3 min read · By Nina Kvari", "Nina Kvari"),
        ("24.11.2026 | Müəllif: Rauf Quliyev", "Rauf Quliyev"),
        ("11/24/2026 by Nina Kvari", "Nina Kvari"),
        ("This report was written by Nina Kvari.", "Nina Kvari"),
        ("<span>Written by</span><div>Nina Kvari</div>", "Nina Kvari"),
        ("<p>Автор:</p><p>Анна Ветрова</p>", "Анна Ветрова"),
    ],
)
def test_a_byline_names_its_author(line, name):
    assert chosen(f"<h1>Mina tapılıb</h1><div>{line}</div>") == (name,)


@pytest.mark.parametrize(
    "line",
    [
        "By Monday",
        "By continuing you agree to our terms",
        "Photo by Nina Kvari",
        "3 villagers wounded by Landmine Explosion",
        "By industry and region",
        "admin",
    ],
)
def test_a_line_that_only_begins_like_a_byline_names_nobody(line):
    assert chosen(f"<h1>Mina tapılıb</h1><div>{line}</div>") == ()


def test_what_the_head_claims_comes_before_what_the_page_shows():
    assert chosen("<p>By Nina Kvari</p>", ld({"@type": "Person", "name": "Rauf Quliyev"})) == ("Rauf Quliyev",)


def test_a_declared_author_comes_before_names_that_stand_around():
    body = '<div class="author">Sevil <b>Anarlı</b> və <a rel="author">Rauf Quliyev</a></div><p>Foto: Lalə Kərimli</p>'
    assert chosen(body) == ("Rauf Quliyev",)


def test_the_card_for_networks_names_the_author_under_its_label():
    head = meta("twitter:label1", "Written by") + meta("twitter:data1", "Nina Kvari")
    assert chosen(head=head + meta("twitter:label2", "Reading time") + meta("twitter:data2", "Four minutes")) == (
        "Nina Kvari",
    )


def test_two_who_sign_together_are_two_authors():
    assert chosen("<p>By Nina Kvari and Rauf Quliyev</p>") == ("Nina Kvari", "Rauf Quliyev")
    assert chosen("<p>Müəlliflər: Rauf Quliyev və Sevil Anarlı</p>") == ("Rauf Quliyev", "Sevil Anarlı")


def test_a_person_comes_before_the_outlet_that_the_head_names():
    head = ld({"@type": "Organization", "name": "Alma"})
    assert chosen("<p>Müəllif: Rauf Quliyev</p>", head, names=["Alma"]) == ("Rauf Quliyev",)


def test_where_nobody_is_named_the_outlet_or_a_team_signs():
    assert chosen(head=ld({"@type": "Organization", "name": "Alma"}), names=["Alma"]) == ("Alma",)
    assert chosen("<p>By Alma Field Team</p>") == ("Alma Field Team",)
    assert chosen(head=meta("author", "News Desk")) == ("News Desk",)


def test_an_outlet_of_the_catalogue_closes_with_its_own_line_and_signs_nothing():
    head = ld({"@type": "Organization", "name": "Alma.Az xəbər"})
    assert chosen(head=head, names=["Alma", "Alma.Az xəbər"], outlet=["Alma"]) == ()


@pytest.mark.parametrize("claim", ["admin", "https://alma.example/u/1", "262588213843476", "редактор", "redaksiya"])
def test_placeholders_and_addresses_are_nobody(claim):
    assert chosen(head=meta("author", claim)) == ()
    assert chosen(announced=claim) == ()
