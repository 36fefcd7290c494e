from datetime import timedelta

from monitor.ledger import Ledger, chrome
from tests.ledger.conftest import NOW

LATER = NOW + timedelta(hours=1)


def learn(ledger: Ledger, *pages: str, source: str = "sakartvelo") -> frozenset[str]:
    for blocks in pages:
        chrome.observe(ledger, source=source, blocks=blocks.split(), now=NOW)
    return chrome.learned(ledger, source, before=LATER)


def test_what_recurs_on_three_pages_is_chrome(ledger: Ledger) -> None:
    assert learn(ledger, "menu footer story1", "menu footer story2") == frozenset()
    assert learn(ledger, "menu footer story3") == {"menu", "footer"}
    assert chrome.pages(ledger, "sakartvelo") == 3


def test_a_block_that_stands_twice_on_one_page_counts_once(ledger: Ledger) -> None:
    assert learn(ledger, "share share share") == frozenset()


def test_each_source_learns_for_itself(ledger: Ledger) -> None:
    learn(ledger, *["menu"] * 3)
    assert chrome.learned(ledger, "other", before=LATER) == frozenset()
    assert chrome.pages(ledger, "other") == 0


def test_what_stands_on_few_of_many_pages_is_no_chrome(ledger: Ledger) -> None:
    learn(ledger, *["menu box"] * 3, *["menu"] * 12)
    assert chrome.learned(ledger, "sakartvelo", before=LATER) == {"menu", "box"}
    assert learn(ledger, "menu") == {"menu"}


def test_a_redesign_is_learned_and_the_old_design_forgotten(ledger: Ledger) -> None:
    learn(ledger, *["old"] * 5)
    assert learn(ledger, *["new"] * 25) == {"new"}
    learn(ledger, *["new"] * (chrome.MEMORY - 25))
    learn(ledger, "old", "old", "old")
    assert "old" in chrome.learned(ledger, "sakartvelo", before=LATER)


def test_a_page_without_blocks_teaches_nothing(ledger: Ledger) -> None:
    chrome.observe(ledger, source="sakartvelo", blocks=[], now=NOW)
    assert chrome.pages(ledger, "sakartvelo") == 0


def test_what_appeared_after_an_article_was_announced_may_be_its_own_teaser(ledger: Ledger) -> None:
    learn(ledger, *["menu"] * 3)
    for _ in range(3):
        chrome.observe(ledger, source="sakartvelo", blocks=["menu", "teaser"], now=LATER)
    assert chrome.learned(ledger, "sakartvelo", before=LATER) == {"menu"}
    assert chrome.learned(ledger, "sakartvelo", before=LATER + timedelta(hours=1)) == {"menu", "teaser"}
