"""Who was hurt is shown beside an incident, and decides nothing."""

import pytest

from monitor import house
from monitor.relevance import lexicon
from monitor.relevance.matcher import CASUALTIES, Matcher


@pytest.fixture(scope="module")
def matcher():
    folder = house.seeds() / "lexicon"
    return Matcher(lexicon.load([(path.name, path.read_text("utf-8")) for path in sorted(folder.glob("*.toml"))]))


def hurt(match):
    return [hit for hit in match.matches if hit.kind in CASUALTIES]


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("Shepherd steps on a landmine near Kalvaz", "The man was wounded and taken to hospital."),
        ("Ağdamda mina partladı", "Partlayış nəticəsində çoban yaralanıb."),
        ("На поле под Изюмом трактор подорвался на мине", "Тракторист ранен."),
        ("На полі під Ізюмом трактор підірвався на міні", "Тракторист отримав поранення."),
    ],
)
def test_an_incident_shows_who_was_hurt_without_weight(matcher, title, text):
    match = matcher.match(title=title, paragraphs=[text])
    assert match.category == "incident"
    assert hurt(match)
    assert {hit.weight for hit in hurt(match)} == {0}


def test_casualties_far_from_the_event_are_not_its_own(matcher):
    far = ["The road is closed.", "The weather stays mild this week.", "Schools opened on Monday."]
    match = matcher.match(
        title="Tractor drives over an anti-tank mine near Kalvaz", paragraphs=[*far, "A cyclist was killed in town."]
    )
    assert match.category == "incident"
    assert hurt(match) == []


def test_what_is_no_incident_shows_nobody_hurt(matcher):
    match = matcher.match(
        title="Deminers clear twelve hectares of minefield",
        paragraphs=["The field near Kalvaz is free of mines.", "Nobody was wounded."],
    )
    assert match.category != "incident"
    assert hurt(match) == []
