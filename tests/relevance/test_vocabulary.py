from monitor.relevance import lexicon
from monitor.relevance.vocabulary import Vocabulary

_TWO = [
    ("az.toml", 'language = "az"\nletters = "əşç"\n[[term]]\nid = "a"\nkind = "blast"\nwords = ["partladı"]\n'),
    ("tr.toml", 'language = "tr"\nletters = "şç"\n[[term]]\nid = "b"\nkind = "blast"\nwords = ["patladı"]\n'),
]


def _spoken(word: str) -> set[str]:
    vocabulary = Vocabulary(lexicon.load(_TWO))
    said = vocabulary.judge(word).languages
    return {language for language, bit in vocabulary.bits.items() if said & bit}


def test_a_word_speaks_for_the_languages_that_have_all_of_its_telling_letters():
    assert _spoken("çəkilişində") == {"az"}
    assert _spoken("çıkış") == {"az", "tr"}
    assert _spoken("kitap") == set()
