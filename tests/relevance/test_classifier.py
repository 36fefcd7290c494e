"""The classifier is asked where rules end, tells its doing, and leaves alone what it has not learned from."""

import pytest

from monitor.errors import SeedError
from monitor.relevance.classifier import Told, features
from monitor.relevance.lexicon import load
from monitor.relevance.matcher import Matcher
from monitor.relevance.prefilter import Prefilter
from tests.relevance.words import SMALL

CONCEPTS = """
[concepts]
herd = "çoban*"
market = "bazar birja*"
"""
HINTS = """
language = "*"

[[rule]]
id = "hint-device"
kind = "hint"
weight = 0.1
all = ["device"]
"""


def learned(
    features: str, terms: str = "az:mina az:qurgu az:vadi az:qalmis-qurgu *:hint-device", bias: float = 0
) -> str:
    return f'''language = "*"
[classifier]
bias = {bias}
terms = "{terms}"
features = """
{features}
"""
[classifier.categories]
incident = """
bias -1
~herd 2"""
policy = """
bias 0"""
'''


def matcher(weights: str, extra: str = "") -> Matcher:
    return Matcher(load([("az.toml", SMALL + extra + CONCEPTS), ("common.toml", HINTS), ("classifier.toml", weights)]))


def test_it_accepts_what_rules_only_hint_at_and_says_so():
    match = matcher(learned("~herd+~herd 0\n~herd 5")).match(
        title="Partlayıcı qurğu", paragraphs=["Çobanlar onu dərədə görüb."], language="az"
    )
    assert match.relevant
    assert match.category == "incident"
    hit = next(hit for hit in match.matches if hit.kind == "classifier")
    assert (hit.term, hit.weight, hit.sentence) == ("*:classifier", 0.99, "Çobanlar onu dərədə görüb.")
    assert "hint" not in {hit.kind for hit in match.matches}


def test_it_is_not_asked_where_nothing_is_found():
    match = matcher(learned("~herd 9")).match(title="", paragraphs=["Çobanlar yaylağa qalxıb."], language="az")
    assert not match.relevant


def test_it_refuses_figures_of_speech_and_tells_how_sure_it_is():
    match = matcher(learned("~market -4")).match(
        title="Mina kimi büdcə", paragraphs=["Birja bu il bazarda mina axtarır."], language="az"
    )
    assert not match.relevant
    assert match.rejected[0].reason == "the classifier finds it 2% likely to be about it"


def test_it_overrules_rules_only_when_it_is_sure():
    weak = matcher(learned("~market -0.3"))
    assert weak.match(title="Bazarda mina tapıldı", paragraphs=["Mina götürülüb."], language="az").relevant


@pytest.mark.parametrize(("weight", "accepted"), [(0.5, False), (3, True)], ids=["62 %", "95 %"])
def test_what_rules_do_not_accept_needs_more_certainty(weight, accepted):
    weights = matcher(learned(f"~herd {weight}"))
    day = ["Bayram keçirildi. Qonaqlar gəldi.", "Mahnılar oxundu. Hava yaxşı idi.", "Axşam atəşfəşanlıq oldu."]
    mention = [*day, "Çobanlar köhnə mina yolundan danışdı.", "Sabah davam edəcək.", "Giriş pulsuzdur."]

    assert weights.match(title="Mina", paragraphs=["Çobanlar mina görüb."], language="az").relevant
    assert weights.match(title="Bayram", paragraphs=mention, language="az").relevant is accepted
    assert (
        weights.match(title="", paragraphs=["Partlayıcı qurğu.", "Çobanlar gəldi."], language="az").relevant is accepted
    )


def test_a_long_text_that_only_hints_at_it_needs_most_certainty():
    day = [f"Bayramın {number}. hissəsi. Qonaqlar gəldi. Mahnılar oxundu." for number in range(12)]
    story = [*day, "Partlayıcı qurğu.", "Çobanlar gəldi."]
    for weight, accepted in ((3, False), (6, True)):
        match = matcher(learned(f"~herd {weight}")).match(title="Bayram", paragraphs=story, language="az")
        assert match.relevant is accepted


def test_a_word_that_it_has_not_learned_from_counts_as_it_says():
    own = '\n[[term]]\nid = "oz"\nkind = "object"\nweight = 3\nwords = ["topmina*"]\n'
    match = matcher(learned("~market -9"), own).match(
        title="Bazarda topmina", paragraphs=["Topmina götürülüb."], language="az"
    )
    assert match.relevant


def test_a_negative_that_it_has_not_learned_from_masks_as_it_says():
    own = '\n[[negative]]\nid = "oz"\nwords = ["mina"]\n'
    text = ["Partlayıcı qurğu. Çobanlar mina görüb."]
    assert not matcher(learned("~herd 9"), own).match(title="", paragraphs=text, language="az").relevant


def test_it_keeps_silent_in_a_language_without_concepts():
    match = matcher(learned("object -9")).match(title="Mina", paragraphs=["Mina мина mina."], language="ru")
    assert match.relevant


def test_the_prefilter_lets_through_what_only_a_hint_asks_for():
    lexicon = load([("az.toml", SMALL + CONCEPTS), ("common.toml", HINTS), ("classifier.toml", learned("~herd 5"))])
    page = "<html><body><p>Partlayıcı bir qurğu və çobanlar.</p></body></html>"
    assert Prefilter(lexicon).passes(page.encode(), content_type="text/html; charset=utf-8")


def test_features_come_once_each_and_pairs_only_from_neighbouring_sentences():
    told = [
        Told(0, True, {"blast": (0, 1)}, telling=False),
        Told(1, False, {"limb": (2, 3), "~leg": (2, 3)}, telling=False),
        Told(2, False, {"blast": (5, 6), "~field": (6, 7)}, telling=False),
        Told(3, False, {"child": (8, 9)}, telling=True),
    ]
    names = [name for name, _, _ in features(told)]
    assert len(names) == len(set(names))
    assert {"blast", "blast@title", "blast+limb", "~field+~leg", "blast+child", "length"} <= set(names)
    assert {"first:later", "share:3", "count:1"} <= set(names)
    assert not {"child+limb", "limb@title", "limb+~leg"} & set(names)


@pytest.mark.parametrize(
    ("broken", "word"),
    [
        ('language = "*"\n[classifier]\nbias = "x"\nfeatures = ""', "'bias' must be a number"),
        ('language = "*"\n[classifier]\nbias = 1\nfeatures = "blast one"', "a name and a number"),
        ('language = "*"\n[classifier]\nbias = 1\nweight = 3', "unknown key 'weight'"),
        ('language = "*"\n[concepts]\nherd = "cow*"', "file of a language"),
        ('language = "en"\n[concepts]\nherd = 3', "must be a text"),
    ],
)
def test_a_misshapen_file_is_named(broken, word):
    with pytest.raises(SeedError, match=r"own\.toml") as caught:
        load([("own.toml", broken)])
    assert word in str(caught.value)
