"""A small lexicon for tests, and the bundled one."""

from functools import cache
from pathlib import Path

from monitor.relevance.lexicon import load
from monitor.relevance.matcher import Matcher
from monitor.relevance.terms import Lexicon

SEEDS = Path(__file__).parents[2] / "seeds" / "lexicon"

SMALL = """
language = "az"
common = "və bu bir üçün ilə olan"
letters = "ə"

[inflections]
noun = ["- lar", "- nı nın ya da dan sı ı a"]

[[term]]
id = "mina"
kind = "object"
weight = 3
words = ["mina+noun"]

[[term]]
id = "qurgu"
kind = "device"
words = ["partlayıcı ..2 qurğu*"]

[[term]]
id = "muharibe"
kind = "remnant"
words = ["müharibədən [bəri] {qalan|qalmış}"]

[[negative]]
id = "vadi"
words = ["mina vadisi*"]

[[rule]]
id = "qalmis-qurgu"
kind = "uxo"
weight = 3
all = ["device", "remnant"]
"""


def small(extra: str = "") -> Lexicon:
    return load([("az.toml", SMALL + extra)])


@cache
def bundled() -> Lexicon:
    return load([(path.name, path.read_text("utf-8")) for path in sorted(SEEDS.glob("*.toml"))])


@cache
def matcher() -> Matcher:
    return Matcher(bundled())
