from dataclasses import replace

from monitor.sameness.verdict import Candidate, Known, Sameness, Verdict, judge

FIRST = Known(
    name="000_aa.txt",
    source="apsny",
    title="На мине подорвался трактор",
    text="На мине подорвался трактор\nВодитель ранен, сообщили в администрации района утром в субботу.",
    text_keys=frozenset({"t1"}),
    url_keys=frozenset({"apsny.example/1"}),
)
SAME = Candidate(source="apsny", title=FIRST.title, text=FIRST.text, text_key="t1", url_key="apsny.example/1")
OTHER = replace(
    SAME,
    title="Сапёры проверили школьный двор",
    text="Сапёры проверили школьный двор\nСнарядов не нашли.",
    text_key="t9",
)


def test_nothing_known_is_new() -> None:
    assert judge([], SAME) == Verdict(sameness=Sameness.NEW)


def test_the_article_itself_is_unchanged() -> None:
    assert judge([FIRST], SAME) == Verdict(sameness=Sameness.DUPLICATE, name=FIRST.name, reason="unchanged")


def test_the_same_text_elsewhere_is_a_duplicate() -> None:
    copy = replace(SAME, source="lenta", url_key="lenta.example/7")
    assert judge([FIRST], copy) == Verdict(sameness=Sameness.DUPLICATE, name=FIRST.name, reason="same text")


def test_another_text_at_its_own_address_is_an_update_however_much_has_changed() -> None:
    assert judge([FIRST], replace(OTHER, url_key="apsny.example/1")).sameness is Sameness.UPDATED


def test_a_version_under_the_canonical_address_is_an_update() -> None:
    version = replace(SAME, url_key="apsny.example/print/1", text=FIRST.text + " Ему помогли.", text_key="t2")
    assert judge([FIRST], version).sameness is Sameness.UPDATED


def test_another_story_that_claims_a_known_canonical_address_is_new() -> None:
    assert judge([FIRST], replace(OTHER, url_key="apsny.example/2")).sameness is Sameness.NEW


def test_another_outlet_that_names_the_original_tells_a_copy_and_no_update() -> None:
    copy = replace(SAME, source="lenta", url_key="lenta.example/7", text=FIRST.text + " Фото.", text_key="t3")
    assert judge([FIRST], copy).sameness is Sameness.DUPLICATE


def test_a_teaser_is_no_news_about_a_story_that_is_held() -> None:
    teaser = replace(OTHER, url_key="apsny.example/1", partial=True)
    assert judge([FIRST], teaser) == Verdict(sameness=Sameness.DUPLICATE, name=FIRST.name, reason="nothing new")


def test_two_teasers_of_the_same_few_words_are_two_articles() -> None:
    teaser = replace(SAME, title="Мина", text="Мина", url_key="apsny.example/5", partial=True)
    assert judge([replace(FIRST, title="Взрыв", text="Взрыв")], teaser).sameness is Sameness.NEW


def test_the_text_says_more_than_an_address_that_a_page_claims() -> None:
    second = replace(
        FIRST, name="001_bb.txt", text_keys=frozenset({"t9"}), url_keys=frozenset({"apsny.example/2"}), text=OTHER.text
    )
    verdict = judge([FIRST, second], replace(OTHER, url_key="apsny.example/9"))
    assert (verdict.sameness, verdict.name) == (Sameness.DUPLICATE, "001_bb.txt")


def test_a_story_that_goes_back_to_an_earlier_version_is_unchanged() -> None:
    known = replace(FIRST, text_keys=frozenset({"t1", "t2"}))
    assert judge([known], replace(SAME, text_key="t2")).sameness is Sameness.DUPLICATE
