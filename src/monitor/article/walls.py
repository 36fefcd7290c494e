"""Walls in front of a page: challenges, consent, log-in, paywall teasers, scripts that have to run first."""

import re
from collections.abc import Sequence

from monitor.article import jsonld, words
from monitor.article.blocks import Block
from monitor.article.evidence import Evidence
from monitor.article.story import is_sentence

# What a bot gate is made of, whatever it says to its visitor.
_GATE = re.compile(
    r"cdn-cgi/challenge-platform|/cdn-cgi/l/chk|_cf_chl_opt|cf-browser-verification|ddos-guard/|check\.ddos-guard"
    r"|captcha-delivery\.com|px-captcha|_Incapsula_Resource|sucuri_cloudproxy|awswafcookie|geo\.captcha"
    r"|distil_r_captcha",
    re.IGNORECASE,
)
_TITLE = re.compile(r"<title[^>]*>([^<]{1,200})<", re.IGNORECASE)
_STATUS = {
    401: "login",
    402: "paywall",
    403: "forbidden",
    407: "login",
    429: "too many requests",
    451: "withheld by law",
}
_GONE = {404: "not found", 410: "gone"}

_SAYS = {
    "challenge": re.compile(
        r"just a moment|attention required|checking (?:if the site connection|your browser)"
        r"|verify(?:ing)? (?:that )?you are"
        r" (?:a )?human|are you (?:a )?(?:human|robot)|not a robot|unusual traffic|ddos protection"
        r"|access (?:to this page has been )?denied"
        r"|проверка браузера|проверяем ваш браузер|вы не робот|подтвердите,? что вы (?:не робот|человек)"
        r"|перевірка браузера"
        r"|robot olmadığın|brauzeriniz yoxlanılır|tarayıcınız kontrol",
        re.IGNORECASE,
    ),
    "javascript": re.compile(
        r"(?:enable|turn on|activate|requires?) javascript|javascript (?:is|to be) (?:disabled|required|enabled)"
        r"|включите (?:поддержку )?javascript|увімкніть javascript|javascript-?[iı] (?:aktiv|etkin)"
        r"|javascript['’]?i etkinleştir",
        re.IGNORECASE,
    ),
    "consent": re.compile(
        r"before you continue|we (?:value|respect|care about) your privacy|consent to (?:the use of )?cookies"
        r"|accept (?:all )?cookies"
        r"|manage (?:your )?(?:privacy|consent|preferences)|our \d* ?partners (?:store|use)|прежде чем продолжить"
        r"|файл(?:ы|ов) cookie|kukilər|çerezler",
        re.IGNORECASE,
    ),
    "login": re.compile(
        r"(?:log|sign) ?in to (?:continue|read|view|your account)|please (?:log|sign) ?in|members only"
        r"|войдите|авторизуйтесь"
        r"|daxil olun|giriş yapın|увійдіть",
        re.IGNORECASE,
    ),
    "paywall": re.compile(
        r"(?:subscribe|subscription|register|sign up|become a (?:member|subscriber)) (?:now |today )?(?:to"
        r"|for) (?:continue|read|unlock|access|keep"
        r"|full)|(?:to|continue) (?:continue )?reading,? (?:this (?:article"
        r"|story),? )?(?:please )?(?:subscribe|register|log in|sign)"
        r"|already a (?:subscriber|member)|(?:this (?:article|story|content)|full (?:text"
        r"|article)) is (?:only )?(?:available )?(?:for|to)"
        r" (?:paid |our )?(?:subscribers|members)|(?:subscriber|member)s?[- ]only|you(?:['’]ve"
        r"| have) (?:reached|read) your"
        r"|оформите подписку|(?:только|доступ\w*) (?:для|по) подписчик|доступно по подписке|чтобы (?:читать"
        r"|прочитать) (?:дальше|полностью)"
        r"|abunəçilər üçün|yalnız abunə|abonelere özel|abone olun ve|лише для передплатників|оформіть передплату",
        re.IGNORECASE,
    ),
    "not found": re.compile(
        r"(?:page|article|story|content) (?:you (?:are|were) looking for )?(?:was |could |can|is )?(?:not"
        r"|n['’]t|no longer)"
        r" (?:be )?(?:found|exist|available)|\b(?:error|ошибка|xəta|hata|помилка)[\s:№-]*404\b|(?m:^\W*404\W*$)"
        r"|\b404\W{1,3}(?:error|page|not found|ошибка)|page not found|страница не найдена"
        r"|(?:запрашиваемая )?страница (?:не существует|удалена)"
        r"|səhifə tapılmadı|sayfa bulunamadı|сторінк[ау] не знайдено|էջը չի գտնվել|გვერდი ვერ მოიძებნა"
        r"|صفحه (?:مورد نظر )?(?:یافت|پیدا) نشد"
        r"|الصفحة غير موجودة",
        re.IGNORECASE,
    ),
}  # fmt: skip
# A page that says one of these and has more than this many characters of text says more than that.
_SHORT = {"challenge": 700, "javascript": 500, "consent": 2500, "login": 700, "not found": 600, "paywall": 1600}
# So many blocks behind the last line of a teaser its wall stands.
_NEAR = 6


def challenges(raw: str) -> bool:
    """Whether a page that holds no news is a bot gate: what is sent with an error, or in place of a list."""
    title = _TITLE.search(raw[:20_000])
    return bool(_GATE.search(raw[:200_000]) or (title and _SAYS["challenge"].search(title[1])))


def found(
    evidence: Evidence, *, status: int, title: str | None, raw: str, story: Sequence[Block], page: Sequence[Block]
) -> str | None:
    """What stands before the page or in place of it: challenge, login, paywall …; "not found" for a soft 404."""
    if status in _STATUS or status in _GONE:
        return _STATUS.get(status) or _GONE[status]
    size = sum(len(block.text) for block in story if block.link_share < 0.5)
    shown = [block for block in page if block.link_share < 0.5]
    claimed = _claimed(evidence)
    whole = sum(len(block.text) for block in shown)
    if whole < 800 and not claimed and not _tells(story, "challenge") and _GATE.search(raw[:200_000]):
        return "challenge"
    text = " \n ".join(block.text for block in story)
    own = [block.text for block in shown if block.tag in {"h1", "h2"} and not block.furniture and not block.record]
    said = "\n".join([evidence.title or "", title or "", *own, text[:600]])
    for kind in ("challenge", "not found", "login", "consent"):
        if size < _SHORT[kind] and not claimed and _SAYS[kind].search(said) and not _tells(story, kind):
            return kind
    bare = size < _SHORT["javascript"] and not claimed and not _tells(story, "javascript")
    if bare and _SAYS["javascript"].search(raw[:400_000]):
        return "javascript"
    return "paywall" if _teaser(evidence, size, story, page) else None


def _claimed(evidence: Evidence) -> bool:
    """Whether the page's head describes an article: what stands in place of one does not."""
    return evidence.article is not None or bool(evidence.meta("article:published_time"))


def _tells(story: Sequence[Block], wall: str) -> bool:
    """Whether the story has a sentence of some length beside what the wall says."""
    own = (block.text for block in story if is_sentence(block.text) and not _SAYS[wall].search(block.text))
    return sum(len(text) for text in own if len(text) > 40) >= 100


def _teaser(evidence: Evidence, size: int, story: Sequence[Block], page: Sequence[Block]) -> bool:
    """Whether only the beginning is shown: where the text should go on, the page says that the rest costs something.

    A page that is described as not free may say so anywhere.
    """
    if size >= _SHORT["paywall"]:
        return False
    demands = [block for block in page if _demands(block)]
    if _sold(evidence):
        return bool(demands)
    first, last = (story[0].order, story[-1].order + _NEAR) if story else (0, len(page))
    return size < 900 and any(first <= block.order <= last for block in demands)


def _demands(block: Block) -> bool:
    """Whether the block says that the text is not free; a link to another story says that only of the other one."""
    match = _SAYS["paywall"].search(block.text) if len(block.text) < 400 else None
    if match is None or words.INVITATION.fullmatch(block.text):
        return False
    return block.link_share < 0.5 or 2 * len(match[0]) >= len(block.text)


def _sold(evidence: Evidence) -> bool:
    """Whether the page is described as one that is not free."""
    return (
        (evidence.meta("article:content_tier") or "").lower() in {"locked", "metered"}
        or any(str(node.get("isAccessibleForFree", "")).lower() == "false" for node in evidence.nodes)
        or any("hasPart" in node and jsonld.is_article(node) for node in evidence.nodes)
    )
