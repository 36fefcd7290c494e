from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime

from monitor.demo.promises import Crawl, Fate, broken
from monitor.demo.server import Asked
from monitor.demo.world import load

WORLD = load(datetime(2026, 11, 24, 9, 30, tzinfo=UTC))
FATES = {
    (outlet.id, article.path): Fate(outcome=article.expect, reason="")
    for outlet in WORLD
    for article in outlet.articles
}
TEXTS = tuple(
    "\n".join(filter(None, (article.title, *article.paragraphs, closing)))
    for outlet in WORLD
    for article in outlet.articles
    for closing in [f"By {article.author}" if article.author else outlet.credit]
    if article.expect == "queued"
)


def report(**changed: object) -> dict[str, object]:
    rows = [
        {
            "id": outlet.id,
            "status": "failed" if outlet.dead else "ok",
            "discovered": len(outlet.articles),
            "outcomes": dict(Counter(article.expect for article in outlet.articles)),
        }
        for outlet in WORLD
    ]
    return {"sources": rows, "totals": {"discovered": len(FATES), "outcomes": {"queued": len(TEXTS)}}, **changed}


FIRST = Crawl(
    report=report(),
    asked=[Asked(outlet=o, path=p, status=200) for (o, p), fate in FATES.items() if fate.outcome != "blocked"],
)
SECOND = Crawl(
    report=report(totals={"discovered": 0, "outcomes": {}}),
    asked=[Asked(outlet=o.id, path=c.path, status=304) for o in WORLD if not o.dead for c in o.channels],
)


def test_a_world_that_came_out_as_promised_breaks_no_promise() -> None:
    assert broken(WORLD, fates=FATES, texts=TEXTS, first=FIRST, second=SECOND) == ()


def test_it_does_not_matter_which_copy_of_a_story_landed() -> None:
    pasture = {"queued": "duplicate", "duplicate": "queued"}
    swapped = {
        (outlet.id, article.path): replace(fate, outcome=pasture.get(fate.outcome, fate.outcome))
        for outlet in WORLD
        for article in outlet.articles
        if article.story == "pasture"
        for fate in [FATES[outlet.id, article.path]]
    }
    assert len(swapped) == 2
    assert broken(WORLD, fates=FATES | swapped, texts=TEXTS, first=FIRST, second=SECOND) == ()


def test_a_gold_mine_that_landed_is_named_with_its_reason() -> None:
    wrong = FATES | {("dagxeber", "/xeber/7709"): Fate(outcome="queued", reason="incident, score 4.0: mədən")}
    (failure,) = broken(WORLD, fates=wrong, texts=TEXTS, first=FIRST, second=SECOND)
    assert "Qızıl mədənində partlayış" in failure
    assert "should be irrelevant, is queued (incident, score 4.0: mədən)" in failure


def test_a_page_that_robots_txt_denies_must_not_have_been_asked_for() -> None:
    asked = [*FIRST.asked, Asked(outlet="highland", path="/members/2040-minefield-maps", status=200)]
    (failure,) = broken(WORLD, fates=FATES, texts=TEXTS, first=replace(FIRST, asked=asked), second=SECOND)
    assert "robots.txt" in failure


def test_a_tracked_twin_must_not_be_asked_for_besides_its_article() -> None:
    twin = Asked(outlet="highland", path="/news/2041-road-workers-injured?utm_source=rss&utm_medium=feed", status=200)
    (failure,) = broken(
        WORLD, fates=FATES, texts=TEXTS, first=replace(FIRST, asked=[*FIRST.asked, twin]), second=SECOND
    )
    assert "asked for 2 times" in failure


def test_sums_that_do_not_balance_and_a_dead_outlet_that_seems_well_are_told() -> None:
    rows = report()["sources"]
    assert isinstance(rows, list)
    rows[0] = rows[0] | {"discovered": 9}
    rows[-1] = rows[-1] | {"status": "ok"}
    failures = broken(WORLD, fates=FATES, texts=TEXTS, first=replace(FIRST, report=report(sources=rows)), second=SECOND)
    assert len(failures) == 3
    assert "the visit should fail" in failures[-1]


def test_a_second_crawl_that_sends_pages_or_feeds_again_or_lands_again_is_told() -> None:
    second = Crawl(
        report=report(totals={"discovered": 1, "outcomes": {"queued": 1}}),
        asked=[
            Asked(outlet="karvan", path="/latest/", status=200),
            Asked(outlet="karvan", path="/news/ferry-line-opens", status=200),
        ],
    )
    failures = broken(WORLD, fates=FATES, texts=TEXTS, first=FIRST, second=second)
    assert len(failures) == 3


def test_a_queue_with_a_file_too_many_is_told() -> None:
    (failure,) = broken(WORLD, fates=FATES, texts=(*TEXTS, TEXTS[0]), first=FIRST, second=SECOND)
    assert f"should hold {len(TEXTS)} files" in failure


def test_a_file_with_a_line_of_the_page_in_it_is_told() -> None:
    leaky = TEXTS[0].replace("\n", "\nMost read\n", 1)
    (failure,) = broken(WORLD, fates=FATES, texts=(leaky, *TEXTS[1:]), first=FIRST, second=SECOND)
    assert "Most read" in failure
