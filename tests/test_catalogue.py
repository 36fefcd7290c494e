from datetime import timedelta
from pathlib import Path

import pytest

from monitor import catalogue, house
from monitor.config import CatalogueConfig, Config
from monitor.errors import SeedError, UsageError
from monitor.home import Home
from monitor.model import ChannelKind

ALPHA = """
[[source]]
id = "alpha"
name = "Ağdam Xəbər"
country = "AZ"
languages = ["az", "ru"]
timezone = "Asia/Baku"
"""
ALPHA_FEED = ALPHA + 'feeds = ["https://alpha.example/rss.xml"]\n'


@pytest.fixture
def house_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty house whose bundled seeds the test writes itself."""
    for name in ("sources", "lexicon"):
        (tmp_path / "house" / "_seeds" / name).mkdir(parents=True)
    monkeypatch.setattr(house, "_PACKAGE", tmp_path / "house")
    return tmp_path / "house" / "_seeds"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    (tmp_path / "home" / "seeds" / "sources").mkdir(parents=True)
    (tmp_path / "home" / "seeds" / "lexicon").mkdir()
    return Home(tmp_path / "home")


def write(directory: Path, name: str, text: str) -> None:
    (directory / name).write_text(text, encoding="utf-8")


def load(home: Home, **settings: object) -> catalogue.Catalogue:
    return catalogue.load(Config(**settings), home)  # type: ignore[arg-type]


def test_a_source_file_becomes_sources(house_dir: Path, home: Home) -> None:
    write(
        house_dir / "sources",
        "ua.toml",
        """
        [[source]]
        id = "khersonline.example"
        name = "Херсон Онлайн"
        country = "UA"
        languages = ["uk", "ru"]
        timezone = "Europe/Kyiv"
        feeds = [
          "https://khersonline.example/rss.xml",
          { url = "https://khersonline.example/ru/rss.xml", language = "ru", confidence = "low", evidence = "a list" },
        ]
        sitemaps = [{ url = "https://khersonline.example/sitemap.xml", enabled = false }]
        listings = [{ url = "https://khersonline.example/news/", links = "h2 a", next = "a.older::attr(href)" }]
        article_pattern = '^https://khersonline[.]example/news/[0-9]+'
        every = "15m"
        credit = "Херсон Онлайн"
        strip = ['^Читайте також:']
        mirrors = ["M.khersonline.example"]
        encoding = "cp1251"
        evidence = "contact page, 2026-11-01"
        notes = "two languages"
        """,
    )

    source = load(home).find("khersonline.example")

    assert [channel.kind for channel in source.channels] == [
        ChannelKind.FEED,
        ChannelKind.FEED,
        ChannelKind.SITEMAP,
        ChannelKind.LISTING,
    ]
    assert [channel.enabled for channel in source.channels] == [True, False, False, True]
    assert source.channels[1].language == "ru"
    assert source.channels[3].next == "a.older::attr(href)"
    assert source.every == timedelta(minutes=15)
    assert source.mirrors == ("m.khersonline.example",)
    assert source.encoding == "cp1251"
    assert source.evidence == ("contact page, 2026-11-01",)


def test_a_channel_of_low_confidence_is_on_when_the_file_says_so(house_dir: Path, home: Home) -> None:
    write(
        house_dir / "sources",
        "az.toml",
        ALPHA + 'feeds = [{url="https://a.example/f", confidence="low", enabled=true}]',
    )

    assert load(home).find("alpha").channels[0].enabled


def test_the_users_source_replaces_the_bundled_one_of_the_same_id(house_dir: Path, home: Home) -> None:
    write(house_dir / "sources", "az.toml", ALPHA_FEED + ALPHA_FEED.replace('"alpha"', '"beta"'))
    write(home.seeds / "sources", "mine.toml", ALPHA_FEED.replace("Ağdam", "Şuşa"))
    inline = {"id": "beta", "name": "İç", "country": "AZ", "languages": ["az"], "timezone": "UTC", "enabled": False}

    known = load(home, source=[inline])

    assert [(source.id, source.name) for source in known.sources] == [("alpha", "Şuşa Xəbər"), ("beta", "İç")]
    assert known.origins["beta"] == str(home.settings)
    assert [source.id for source in known.select()] == ["alpha"]


def test_without_the_bundled_catalogue_only_the_users_own_is_known(house_dir: Path, home: Home) -> None:
    write(house_dir / "sources", "az.toml", ALPHA_FEED)
    write(home.seeds / "sources", "ge.toml", ALPHA_FEED.replace('"alpha"', '"gori"').replace('"AZ"', '"GE"'))

    known = catalogue.load(Config(catalogue=CatalogueConfig(bundled=False)), home)

    assert [source.id for source in known.sources] == ["gori"]


def test_countries_in_the_settings_narrow_the_catalogue(house_dir: Path, home: Home) -> None:
    write(house_dir / "sources", "x.toml", ALPHA_FEED + ALPHA_FEED.replace('"alpha"', '"gori"').replace('"AZ"', '"GE"'))

    known = catalogue.load(Config(catalogue=CatalogueConfig(countries=("GE",))), home)

    assert [source.id for source in known.sources] == ["gori"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('feeds = ["ftp://x/y"]', 'feeds[1].url = "ftp://x/y": not a web address'),
        ('feeds = ["https://u:p@x.example/"]', "holds a user name or password"),
        ('feeds = [{ uri = "https://x.example/" }]', "feeds[1].uri: unknown key; did you mean url?"),
        ('feeds = ["https://x.example/", "https://x.example/"]', "https://x.example/ is named twice"),
        (
            'listings = [{ url = "https://x.example/", links = "h2[[" }]',
            'listings[1].links = "h2[[": not a CSS selector',
        ),
        ("article_pattern = '('", 'article_pattern = "(": not a regular expression: missing )'),
        ("strip = ['[']", 'strip[1] = "[": not a regular expression'),
        ('every = "soon"', 'every = "soon": not a length of time; write a number'),
        ('every = "1s"', "too short or too long"),
        ('mirrors = ["https://m.example/"]', "not a host name"),
        ('encoding = "koi9"', 'encoding = "koi9": no such encoding; write for example "windows-1251"'),
        ('cuntry = "AZ"', "cuntry: unknown key; did you mean country?"),
        ("", "no feeds, sitemaps, listings or spider"),
    ],
)
def test_a_wrong_key_is_named_with_file_source_key_value_and_remedy(
    house_dir: Path, home: Home, line: str, message: str
) -> None:
    write(house_dir / "sources", "az.toml", ALPHA + line)

    with pytest.raises(SeedError) as caught:
        load(home)

    assert f'{house_dir / "sources" / "az.toml"}: source "alpha": ' in str(caught.value)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('["az", "ru"]', '["ua"]', 'languages[1] = "ua": not a language'),
        ('["az", "ru"]', "[]", "languages is empty"),
        ('"AZ"', '"AZE"', 'country = "AZE": not a country'),
        ('"Asia/Baku"', '"Baku"', 'timezone = "Baku": no such time zone'),
        ('id = "alpha"', 'id = "Alpha Xəbər"', "id ="),
        ('id = "alpha"', "", "id: missing; add a line id ="),
        ("[[source]]", "[source]", "write [[source]] with two brackets"),
        ("[[source]]", "title = 'x'\n[[source]]", "title: unknown key; a source file holds [[source]] tables only"),
    ],
)
def test_a_wrong_head_of_a_source_is_refused(house_dir: Path, home: Home, old: str, new: str, message: str) -> None:
    write(house_dir / "sources", "az.toml", ALPHA_FEED.replace(old, new))

    with pytest.raises(SeedError) as caught:
        load(home)

    assert message in str(caught.value)


def test_an_id_taken_in_another_file_names_both(house_dir: Path, home: Home) -> None:
    write(house_dir / "sources", "az.toml", ALPHA_FEED)
    write(house_dir / "sources", "int.toml", ALPHA_FEED)

    with pytest.raises(SeedError, match=r'int.toml: source "alpha": the id is taken by .*az.toml'):
        load(home)


def test_an_unknown_id_is_answered_with_the_nearest(house_dir: Path, home: Home) -> None:
    write(house_dir / "sources", "az.toml", ALPHA_FEED)

    with pytest.raises(UsageError, match="no source 'alpah'; did you mean alpha"):
        load(home).find("alpah")
    with pytest.raises(UsageError, match="monitor sources list"):
        load(home).find("zzzzzz")


def test_sources_are_chosen_by_id_and_by_country(house_dir: Path, home: Home) -> None:
    off = ALPHA_FEED.replace('"alpha"', '"off"') + "enabled = false\n"
    write(house_dir / "sources", "az.toml", ALPHA_FEED + off)

    known = load(home)

    assert [source.id for source in known.select(ids=["off", "off"])] == ["off"]
    assert [source.id for source in known.select(countries=["az"])] == ["alpha"]
    with pytest.raises(UsageError, match="no source of country QQ; known: AZ"):
        known.select(countries=["QQ"])


def test_lexicon_files_of_the_user_come_after_the_bundled_ones(house_dir: Path, home: Home) -> None:
    write(house_dir / "lexicon", "hy.toml", "# ական")
    write(home.seeds / "lexicon", "az.toml", "# mina")
    write(home.seeds / "lexicon", "notes.txt", "not a lexicon")

    files = catalogue.lexicon_files(home)

    assert [(Path(label).name, text) for label, text in files] == [("hy.toml", "# ական"), ("az.toml", "# mina")]


def test_a_lexicon_file_in_another_encoding_is_told_so(house_dir: Path, home: Home) -> None:
    (house_dir / "lexicon" / "ru.toml").write_bytes("# мина".encode("windows-1251"))

    with pytest.raises(SeedError, match=r"ru.toml: not UTF-8"):
        catalogue.lexicon_files(home)


def test_the_bundled_catalogue_is_without_fault(tmp_path: Path) -> None:
    known = catalogue.load(Config(), Home(tmp_path))

    assert len(known.sources) == len(set(known.origins))
    assert all(source.evidence or any(c.evidence for c in source.channels) for source in known.sources)


def test_seeds_readme_names_every_key() -> None:
    text = (house.seeds() / "README.md").read_text("utf-8")

    for table in (catalogue.SourceTable, catalogue.ChannelTable, catalogue.ListingTable):
        assert [key for key in table.model_fields if f"`{key}`" not in text] == []
