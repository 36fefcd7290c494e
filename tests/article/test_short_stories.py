"""Short stories on pages whose menus, sidebars and tails are longer than the story."""

from collections import Counter

import pytest

from bench.short_stories import mean, scores, stories, table

FLOOR = 0.97


@pytest.mark.parametrize(
    ("folder", "learned"),
    # No outlet of the second set has pages enough to learn from.
    [("build", False), ("build", True), ("holdout", False), ("holdout", True), ("second", False)],
)
def test_the_body_of_a_short_story_comes_out_whole_and_without_the_page_around_it(folder: str, learned: bool) -> None:
    rows = scores(stories(folder), learned=learned)
    assert rows
    report = f"\n{folder}\n{table(rows)}"
    assert mean(rows, "precision") >= FLOOR, report
    assert mean(rows, "recall") >= FLOOR, report


def test_the_held_out_pages_are_of_many_forms_and_languages_and_other_forms_than_those_to_build_on() -> None:
    build, held = stories("build"), stories("holdout")
    assert len(held) >= 60
    assert len({story.form for story in held}) >= 8
    assert len({story.language for story in held}) >= 8
    assert not {story.form for story in build} & {story.form for story in held}
    assert not {story.title for story in build} & {story.title for story in held}
    assert max(Counter(story.outlet for story in held).values()) >= 3
