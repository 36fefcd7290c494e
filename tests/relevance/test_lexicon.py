import time

import pytest

from monitor.errors import SeedError
from monitor.relevance.lexicon import load
from tests.relevance.words import SMALL, small

HEAD = 'language = "ru"\n'


def complaint(text: str) -> str:
    with pytest.raises(SeedError) as caught:
        load([("ru.toml", HEAD + text)])
    return str(caught.value)


def term(words: str, more: str = "") -> str:
    return f'[[term]]\nid = "mina"\nkind = "object"\nweight = 3\nwords = [{words}]\n{more}'


def test_an_unknown_key_is_an_error_with_file_and_line():
    assert complaint(term('"мина"', "weigth = 3\n")).startswith("ru.toml:7: mina: unknown key 'weigth'")


def test_a_file_that_is_no_toml_is_named():
    assert complaint("[[term").startswith("ru.toml: not valid TOML")


@pytest.mark.parametrize("words", ['""', '"*"', '"[мина]"', '"..2"', '"{|}"', '"мина [два]"'])
def test_a_pattern_that_could_match_the_empty_string_is_an_error(words):
    assert complaint(term(words)).startswith("ru.toml:6: mina:")


def test_a_pattern_that_cannot_be_compiled_names_itself_and_what_there_is():
    assert "no inflection 'noun'" in complaint(term('"мина+noun"'))
    assert "ru.toml:6" in complaint(term('"ми*на"'))
    assert "a gap is written" in complaint(term('"мина ..12 поле"'))


def test_a_term_that_matches_its_own_negative_sentence_is_an_error():
    said = complaint(term('"мин*"', 'not = ["До центра десять минут."]\n'))
    assert said == "ru.toml:7: ru:mina: matches its own negative sentence 'До центра десять минут.'"


def test_a_term_that_keeps_clear_of_its_negative_sentence_loads():
    load([("ru.toml", HEAD + term('"мина"', 'not = ["До центра десять минут."]\n'))])


def test_a_rule_about_a_kind_that_no_term_has_is_an_error():
    rule = '[[rule]]\nid = "r"\nkind = "uxo"\nweight = 3\nall = ["objekt"]\n'
    assert "no term has the kind 'objekt'" in complaint(term('"мина"') + rule)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[[term]]\nid = "x"\nkind = "object"\nweight = true\nwords = ["а"]\n', "'weight' must be a number"),
        ('[[term]]\nid = "x"\nkind = "object"\nwords = "а"\n', "'words' must be a list of texts"),
        ('[[term]]\nkind = "object"\nwords = ["а"]\n', "'id' must be a text"),
        ('[term]\nid = "x"\n', "'term' must be written as [[term]]"),
        ('[[negative]]\nid = "x"\nscope = "page"\nwords = ["а"]\n', "unknown scope 'page'"),
    ],
)
def test_a_wrong_value_is_an_error_that_says_what_is_right(text, said):
    assert said in complaint(text)


def test_an_inflection_that_spells_too_much_is_an_error():
    chain = ", ".join(['"- a b c d e f g h i"'] * 6)
    assert "at most" in complaint(f"[inflections]\nn = [{chain}]\n" + term('"мина"'))


def test_a_second_file_adds_to_a_language():
    own = 'language = "az"\n[[term]]\nid = "tele"\nkind = "trap"\nweight = 3\nwords = ["tələ"]\n'
    lexicon = load([("az.toml", SMALL), ("mine/az.toml", own)])
    assert {one.id for one in lexicon.terms} >= {"az:mina", "az:tele"}


def test_a_hundred_thousand_terms_load_in_bounded_time():
    text = HEAD + "".join(
        f'[[term]]\nid = "t{n}"\nkind = "object"\nweight = 3\nwords = ["слово{n}"]\n' for n in range(20_000)
    )
    started = time.process_time()
    assert len(load([("ru.toml", text)]).terms) == 20_000
    assert time.process_time() - started < 20


def test_the_small_lexicon_of_these_tests_loads():
    assert [one.id for one in small().rules] == ["az:qalmis-qurgu"]


def test_the_same_files_are_read_once_and_changed_ones_anew():
    files = [("ru.toml", HEAD + term('"мина"'))]
    first = load(files)
    assert load(iter(files)) is first
    assert load([("ru.toml", HEAD + term('"мина*"'))]) != first
