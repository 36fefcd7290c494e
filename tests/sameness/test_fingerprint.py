import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.sameness.fingerprint import text_key, words

TITLE = "Ağdamda minaya düşən çoban yaralanıb"
TEXT = ["Hadisə «Xındırıstan» kəndində baş verib.", "Prokurorluq araşdırma aparır – təfərrüatlar dəqiqləşir."]


@pytest.mark.parametrize(
    ("title", "paragraphs"),
    [
        (TITLE.upper(), TEXT),
        ("AĞDAMDA MİNAYA DÜŞƏN ÇOBAN YARALANIB", TEXT),
        (unicodedata.normalize("NFD", TITLE), [unicodedata.normalize("NFD", text) for text in TEXT]),
        (f"  {TITLE}!  ", [" ".join(TEXT)]),
        (TITLE, ['Hadisə "Xındırıstan" kəndində   baş verib', "Prokurorluq araşdırma aparır, təfərrüatlar dəqiqləşir"]),
        (TITLE.replace("minaya", "mina\u00adya"), [*TEXT, "", "…"]),
    ],
)
def test_the_same_words_have_the_same_key(title: str, paragraphs: list[str]) -> None:
    assert text_key(title, paragraphs) == text_key(TITLE, TEXT)


@pytest.mark.parametrize(
    ("title", "paragraphs"),
    [
        (TITLE, [*TEXT, "Yenilənib"]),
        (TITLE, TEXT[:1]),
        (TITLE, TEXT[::-1]),
        (TITLE, ["Hadisə «Xındırıstan» kəndində baş verib 2.", TEXT[1]]),
        (TITLE.replace("çoban", "sapper"), TEXT),
    ],
)
def test_one_more_or_another_word_is_seen(title: str, paragraphs: list[str]) -> None:
    assert text_key(title, paragraphs) != text_key(TITLE, TEXT)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ոստիկանություն և ՓՐԾ", "ՈՍՏԻԿԱՆՈՒԹՅՈՒՆ ԵՎ ՓՐԾ"),
        ("İki IŞIK yandı", "iki ışık YANDI"),
        ("می‌شود مین", "میشود مین"),
        ("مُنفجِر لغم", "منفجر لغم"),
        ("Під Херсоном — підрив", "під херсоном: підрив"),
        ("ნაღმი აფეთქდა", "ᲜᲐᲦᲛᲘ ᲐᲤᲔᲗᲥᲓᲐ"),
    ],
)
def test_writings_of_one_text_meet_in_every_script(one: str, other: str) -> None:
    assert text_key(one, []) == text_key(other, [])


@given(st.text(), st.lists(st.text()))
def test_any_text_has_a_key_and_how_it_is_cut_does_not_matter(title: str, paragraphs: list[str]) -> None:
    key = text_key(title, paragraphs)
    assert key == text_key("\n".join([title, *paragraphs]), [])
    assert len(key) == 64


@given(st.text())
def test_the_words_of_words_are_themselves(text: str) -> None:
    once = words(text)
    assert words(" ".join(once)) == once
