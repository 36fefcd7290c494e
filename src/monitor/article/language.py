"""The language of an article: what the page declares, as long as its letters agree."""

import re
from collections.abc import Iterable, Sequence

_SCRIPTS = {
    "armenian": re.compile(r"[\u0531-\u058f]"),
    "georgian": re.compile(r"[\u10a0-\u10ff\u1c90-\u1cbf\u2d00-\u2d2f]"),
    "cyrillic": re.compile(r"[\u0400-\u04ff]"),
    "arabic": re.compile(r"[\u0600-\u06ff\u0750-\u077f]"),
    "hebrew": re.compile(r"[\u0590-\u05ff]"),
    "greek": re.compile(r"[\u0370-\u03ff]"),
    "latin": re.compile(r"[A-Za-z\u00c0-\u024f\u0259\u018f]"),
}
_WRITTEN = {
    "hy": "armenian",
    "ka": "georgian",
    **dict.fromkeys(("ru", "uk", "be", "bg", "mk", "kk", "ky", "tg", "mn", "os", "ab"), "cyrillic"),
    **dict.fromkeys(("ar", "fa", "ur", "ckb", "ps"), "arabic"),
    "he": "hebrew",
    "el": "greek",
}
# Written in more than one script.
_MANY = frozenset({"ku", "uz", "tk", "sr", "tt", "crh"})
# Letters that one language of the script has and its neighbours have not, with the share of letters that shows it.
_OWN = {
    "cyrillic": ((re.compile("[іїєґ]"), "uk", 0.02), (re.compile("[ыэёъ]"), "ru", 0.005)),
    "arabic": ((re.compile("[پچژگکی]"), "fa", 0.02), (re.compile("[ةيكى]"), "ar", 0.02)),
    "latin": ((re.compile("[əƏ]"), "az", 0.02), (re.compile("[ğışİ]"), "tr", 0.01)),
}
_ALONE = {"armenian": "hy", "georgian": "ka", "hebrew": "he", "greek": "el"}
_CODE = re.compile(r"[A-Za-z]{2,3}(?=[-_]|$)")


def choose(text: str, *, declared: Iterable[str | None], usual: Sequence[str]) -> str | None:
    """ISO 639-1 of the text: its letters where they decide, else the first declaration that fits them, else `usual`."""
    letters = text.lower()[:4000]
    counts = {name: len(pattern.findall(letters)) for name, pattern in _SCRIPTS.items()}
    script = max(counts, key=lambda name: counts[name])
    total = counts[script]
    codes = [code for claim in (*declared, *usual) if (code := _code(claim)) and _fits(code, script)]
    if total < 20:
        return codes[0] if codes else None
    if script in _ALONE:
        return _ALONE[script]
    for pattern, code, share in _OWN.get(script, ()):
        if len(pattern.findall(letters)) >= share * total:
            return code if code not in {"ru", "ar"} or not codes else codes[0]
    # No Azerbaijani text of some length is without its own letter.
    codes = [code for code in codes if code != "az"]
    if codes:
        return codes[0]
    return {"cyrillic": "ru", "arabic": "ar", "latin": "en"}.get(script) if usual else None


def _code(claim: str | None) -> str | None:
    found = _CODE.match(claim.strip()) if claim else None
    return found[0].lower() if found else None


def _fits(code: str, script: str) -> bool:
    return code in _MANY or _WRITTEN.get(code, "latin") == script
