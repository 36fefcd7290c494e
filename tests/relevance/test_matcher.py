import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.relevance.matcher import Matcher
from tests.relevance.words import matcher, small

MATCHER = Matcher(small())


def judged(*paragraphs: str, title: str = ""):
    return MATCHER.match(title=title, paragraphs=paragraphs)


@pytest.mark.parametrize("word", ["mina", "minanı", "MİNALARDAN", "minaya", "mi\u00adna", "minalarda"])
def test_an_inflected_word_is_found_whatever_its_case(word):
    assert judged(f"Kənddə {word} var.").relevant


@pytest.mark.parametrize("word", ["minarə", "minlərlə", "terminal", "minator"])
def test_a_word_that_only_begins_alike_is_not_found(word):
    assert not judged(f"Kənddə {word} var.").matches


def test_the_hit_shows_the_original_form_and_sentence():
    hit = judged("Çobanlar MİNALARDAN danışdı. Sonra getdilər.").matches[0]
    assert (hit.term, hit.form, hit.sentence) == ("az:mina", "MİNALARDAN", "Çobanlar MİNALARDAN danışdı.")


def test_a_negative_masks_the_words_it_covers_and_says_so():
    match = judged("Zəvvarlar Mina vadisinə getdilər.")
    assert not match.relevant
    assert [(hit.form, hit.reason) for hit in match.rejected] == [("Mina", "masked by az:vadi")]


def test_a_rule_counts_what_stands_together_and_not_apart():
    together = "Müharibədən qalmış partlayıcı köhnə qurğu tapıldı."
    assert [hit.term for hit in judged(together).matches] == ["az:qalmis-qurgu"]
    assert not judged("Müharibədən qalmış ev.", "Orada partlayıcı qurğu tapıldı.").relevant


def test_an_optional_word_may_be_there_or_not():
    assert judged("Müharibədən bəri qalmış partlayıcı qurğu tapıldı.").relevant


def test_words_on_two_sides_of_a_comma_are_no_neighbours():
    assert not judged("O müharibədən, qalmış partlayıcı qurğu tapıldı.").relevant


def test_the_bundled_words_know_an_incident_without_its_word():
    match = matcher().match(
        title="Çoban yaralanıb",
        paragraphs=["Otlaqda partlayıcı qurğuya düşən çoban ayağını itirib.", "O, xəstəxanadadır."],
    )
    assert (match.relevant, match.category) == (True, "incident")


def test_one_clause_of_a_speech_is_a_passing_mention_with_its_reason():
    match = matcher().match(
        title="Президент выступил с обращением",
        paragraphs=[
            "Глава государства говорил о дорогах, больницах и школах.",
            "Он упомянул разминирование, газ и туризм.",
            "Потом речь шла о бюджете.",
            "Вечером прошёл концерт.",
        ],
    )
    assert not match.relevant
    assert match.rejected[0].reason.startswith("mentioned in passing")


def test_a_deep_fact_is_no_passing_mention():
    match = matcher().match(
        title="У громаді підбили підсумки тижня",
        paragraphs=[
            "Відремонтовано школу.",
            "Відкрито нову бібліотеку.",
            "Пройшла ярмарка меду.",
            "У четвер тракторист підірвався на міні біля посадки, він у лікарні.",
            "Водогін обіцяють полагодити.",
        ],
    )
    assert match.relevant


def test_naval_mines_are_a_class_apart_and_refused():
    match = matcher().match(title="Морская мина у берегов Констанцы", paragraphs=["Тральщик уничтожил морскую мину."])
    assert (match.relevant, match.category) == (False, "naval")


def test_an_attack_with_a_bomb_is_a_class_apart_unless_a_mine_is_there_too():
    attack = "انفجار عبوة ناسفة استهدف رتلا عسكريا في المدينة."
    assert matcher().match(title="", paragraphs=[attack]).category == "ied"
    both = attack + " كما أصيب راع بانفجار لغم أرضي."
    assert matcher().match(title="انفجار لغم أرضي", paragraphs=[both]).relevant


def test_two_languages_in_one_article_are_both_read_whatever_the_tag():
    match = matcher().match(
        title="Bu gün rayonda",
        paragraphs=["Görüş olub və sonra bitib.", "Житель села подорвался на мине."],
        language="en",
    )
    assert match.relevant
    assert "ru:mina" in {hit.term for hit in match.matches}


def test_a_word_of_another_language_does_not_count():
    assert (
        not matcher()
        .match(title="", paragraphs=["La mina de la cantante es la mejor y no hay más que decir."])
        .relevant
    )


@pytest.mark.parametrize("text", ["", "\x00\ud800", "\u202e\u200f", "𝕏" * 50, "mina" * 30_000, "." * 50_000])
def test_odd_text_gets_an_answer(text):
    assert matcher().match(title=text, paragraphs=[text, ""]).relevant in {True, False}


@settings(max_examples=60, deadline=None)
@given(st.text(), st.lists(st.text(), max_size=4))
def test_any_text_at_all_gets_an_answer(title, paragraphs):
    match = matcher().match(title=title, paragraphs=paragraphs)
    assert match.score >= 0


@pytest.mark.parametrize("words", ["мина ", "mina ", "взрыв мина снаряд найден сапёр ", "landmine "])
def test_a_megabyte_of_repeated_stems_takes_no_longer_than_its_share(words):
    started = time.process_time()
    matcher().match(title="", paragraphs=[words * (1_000_000 // len(words))])
    assert time.process_time() - started < 1.0
