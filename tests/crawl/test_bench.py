"""Nothing missed, nothing asked ill: the promises of a crawl, on worlds of loopback sites small enough for a test."""

import pytest

from bench import replay, since


@pytest.mark.slow
def test_every_article_that_was_announced_is_found_and_no_server_is_asked_ill() -> None:
    found, _ = replay.replay(sites=30, articles=6, every=0.5, seed=7)
    assert found.announced > 150
    assert found.missing == ()
    assert found.twice == ()
    assert (found.early, found.forbidden) == (0, 0)
    assert found.pauses > 0


@pytest.mark.slow
def test_a_range_is_fetched_once_and_a_crawl_that_was_killed_comes_to_the_same() -> None:
    figures = since.measure(sites=2, articles=120, kills=3)
    assert isinstance(figures["ratio"], float)
    assert 1.0 <= figures["ratio"] <= 1.05
    assert figures["killed_same_pages"]
    assert figures["killed_landed_same"]
