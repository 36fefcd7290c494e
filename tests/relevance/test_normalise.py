import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.relevance.normalise import WORD, fold, fold_all


@pytest.mark.parametrize(
    ("written", "same"),
    [
        ("MAYIN", "mayın"),
        ("MİNA", "mina"),
        ("МИНА", "мина"),
        ("сапёр", "сапер"),
        ("mинa", "мина"),
        ("мiна", "міна"),
        ("landmіne", "landmine"),
        ("ми\u00adна", "мина"),
        ("ми\u200bна", "мина"),
        ("لُغْم", "لغم"),
        ("ألغام", "الغام"),
        ("لغـــم", "لغم"),
        ("ك", "ک"),
        ("ذخيرة", "ذخيره"),
        ("հետև", "հետեւ"),
        ("ակա՞ն", "ական"),
        ("об’єкт", "об'єкт"),
        ("déminage", "deminage"),
        ("ｌａｎｄｍｉｎｅ", "landmine"),
        ("әrazi", "ərazi"),
        ("ⴀ", "ⴀ"),
        ("ᲜᲐᲦᲛᲘ", "ნაღმი"),
        ("ﻟﻐﻢ", "لغم"),
        ("۶۲", "62"),
    ],
)
def test_words_that_a_reader_takes_for_the_same_are_folded_alike(written, same):
    assert fold(written) == fold(same)


def test_a_zero_width_non_joiner_parts_two_words_as_persian_writes_them():
    assert WORD.findall("مین\u200cروبی آغاز شد") == ["مین", "روبی", "آغاز", "شد"]


@pytest.mark.parametrize(("one", "other"), [("минa", "мінa"), ("minə", "mina"), ("mine", "mina"), ("мин", "мім")])
def test_words_that_differ_stay_apart(one, other):
    assert fold(one) != fold(other)


@given(st.text())
def test_folding_twice_is_folding_once(text):
    assert fold(fold(text)) == fold(text)


@given(st.text(alphabet="minaМІНАёşğəıİÇй", min_size=1))
def test_composed_and_decomposed_text_is_folded_alike(text):
    assert fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text))


def test_an_apostrophe_joins_cyrillic_letters_and_parts_latin_ones():
    assert WORD.findall("об'єкт ANAMA'nın d’une") == ["об'єкт", "ANAMA", "nın", "d", "une"]


@given(st.lists(st.text("aбвәەیكі'’ʼé1İß|*", min_size=1)))
def test_words_folded_together_are_folded_as_each_alone(words):
    words = [word for word in words if "|" not in word]
    assert words == [] or fold_all("|".join(words), "|") == [fold(word) for word in words]
