"""One key for all addresses of one article.

The key is for comparing, never for fetching. It folds only what news sites never mean anything by: scheme, www, mobile
and AMP twins, tracking parameters, default ports, fragments, trailing slashes, session ids. Everything else that stands
in an address stays in the key, for a false merge loses an article and a missed one only costs a fetch. That is why the
wider lists of courlan are not used: they drop eid, cid and uid, which are article numbers on some sites.
"""

import re
import unicodedata
from collections.abc import Mapping
from contextlib import suppress
from urllib.parse import quote, quote_from_bytes, unquote_to_bytes, urlsplit

from monitor.model import Source

_SCHEME = re.compile(r"^[a-z][a-z0-9+.-]*:(?=//)", re.IGNORECASE)
_ESCAPE = re.compile(r"(?:%[0-9a-f]{2})+|.", re.IGNORECASE | re.DOTALL)
_UNRESERVED = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~")

_HOST_TWIN = re.compile(r"^(?:www\d?|m|mobile|amp|wap|pda|touch)\.(?=[^.]+\.)")
_AMP_CACHE = re.compile(
    r"^[^/]+\.cdn\.ampproject\.org/[cvi]/(?:s/)?(?=[^/]+\.)|^google\.[a-z.]+/amp/(?:s/)?(?=[^/]+\.)"
)

_SLASHES = re.compile(r"/(?:\.?/)+")
_PATH_SESSION = re.compile(r";(?:jsessionid|phpsessid|sid)=[^/]*", re.IGNORECASE)
# What a path may end or begin with when it shows the same text in another dress.
_PATH_TAIL = re.compile(r"/(?:index|default)\.(?:html?|php|aspx?|jsp)$|/(?:amp|print)$|/$", re.IGNORECASE)
_PATH_HEAD = re.compile(r"^((?:/[a-z]{2})?)/amp(?=/)")
_FILE_AMP = re.compile(r"\.amp(?=\.html?$)|(?<=\.html)\.amp$|(?<=\.html)/amp$", re.IGNORECASE)

# Where the reader came from, whatever the value.
_TRACKING = re.compile(
    r"""
      utm_?\w* | \w*clid | msclkid | gclsrc | srsltid | [gw]braid | igsh(?:id)? | epik | s_kwcid | usqp | spm | xtor
    | (?:mc|hsa|_hs|pk|piwik|mtm|matomo|itm|vero|oly|at|wt|ns|amp|aff|ga|mkt|fb_(?:action|source|ref|comment))_\w+
    | _ga | _gl | _openstat | _hsenc | _hsmi | __twitter_impression | yrwinfo | ref_?(?:src|url) | referrer
    | cmpid? | campaign(?:_?id)? | ncid | smid | smtyp | ito | sr_share | share | replytocom | tmpl
    | nocache | cachebuster | (?:php|j|asp)?sess(?:ion)?_?id | cfid | cftoken | aspsessionid\w*
    """,
    re.IGNORECASE | re.VERBOSE,
)
# The same only with such a value: numbers in these name articles on some sites.
_TRACKING_VALUE = {
    "ref": re.compile(r"\D*"),
    "from": re.compile(r"rss|feed|telegram|tg|facebook|fb|twitter|x|push|social|share|main|home|widget", re.IGNORECASE),
    "source": re.compile(
        r"rss|feed|telegram|tg|facebook|fb|twitter|x|push|social|share|main|home|widget", re.IGNORECASE
    ),
    "sid": re.compile(r"(?=.*[a-z])(?=.*\d)[a-z0-9,-]{16,}", re.IGNORECASE),
    "_": re.compile(r"\d*"),
    "amp": re.compile(r"|1|true|yes|amp", re.IGNORECASE),
    "m": re.compile(r"|0|1", re.IGNORECASE),
    "mobile": re.compile(r"|0|1|true|yes", re.IGNORECASE),
    "print": re.compile(r"|1|true|yes|y|print", re.IGNORECASE),
    "output": re.compile(r"amp|1", re.IGNORECASE),
    "outputtype": re.compile(r"amp", re.IGNORECASE),
    "view": re.compile(r"amp|print|mobile|desktop", re.IGNORECASE),
    "rss": re.compile(r"|1|true|yes", re.IGNORECASE),
}


def key(url: str, *, mirrors: Mapping[str, str] | None = None) -> str:
    """The key of the address: equal for addresses of one article, and the key of a key is itself.

    `mirrors` maps hosts to the host whose articles they repeat, see the function of that name.

    >>> key("https://www.alpha.example/news/12/?utm_source=tg") == key("http://m.alpha.example/news/12#photo")
    True
    >>> key("https://alpha.example/news?id=1") == key("https://alpha.example/news?id=2")
    False
    """
    text = _SCHEME.sub("", url.strip())
    try:
        parts = urlsplit(text if text.startswith("//") else f"//{text}")
        host = _host(parts.netloc)
    except ValueError:
        # No address that anybody could fetch; it is still told apart from others.
        return key(quote(text, safe="/:?&=#%@", errors="replace"), mirrors=mirrors)
    cached = _AMP_CACHE.sub("", f"{host}{parts.path}")
    if cached != f"{host}{parts.path}":
        return key(f"{cached}?{parts.query}", mirrors=mirrors)
    path = _path(parts.path)
    query = _query(parts.query)
    # "#!" is an address to a script, any other fragment a place on the page.
    fragment = f"#{_escaped(parts.fragment, '!/:?&=')}" if parts.fragment.startswith("!") else ""
    return f"{(mirrors or {}).get(host, host)}{path}{'?' if query else ''}{query}{fragment}"


def mirrors(source: Source) -> Mapping[str, str]:
    """The hosts that serve the source's articles as well, each with the host that stands for it."""
    if not source.mirrors or not source.channels:
        return {}
    main = _host(urlsplit(source.channels[0].url).netloc)
    return {_host(mirror): main for mirror in source.mirrors}


def _host(netloc: str) -> str:
    host = netloc.rpartition("@")[2].lower()
    name, colon, port = host.rpartition(":")
    if colon and port.isdigit():
        host = name if int(port) in (80, 443) else f"{name}:{int(port)}"
    elif colon and not port:
        host = name
    host = host.rstrip(".")
    with suppress(UnicodeError):  # no name that could be looked up
        host = host if host.isascii() else host.encode("idna").decode("ascii")
    host = quote(host, safe=":[]%", errors="replace").lower()
    while (bare := _HOST_TWIN.sub("", host)) != host:
        host = bare
    return host


def _path(path: str) -> str:
    path = _escaped(_PATH_SESSION.sub("", path), "/:@!$&'()*+,;=")
    before = None
    while path != before:
        before = path
        path = _PATH_TAIL.sub("", _FILE_AMP.sub("", _PATH_HEAD.sub(r"\1", _SLASHES.sub("/", path))))
    return path


def _query(query: str) -> str:
    kept = []
    for pair in query.replace("&amp;", "&").split("&"):
        name, equals, value = pair.replace("+", "%20").partition("=")
        name, value = _escaped(name, "[]:;,/"), _escaped(value, "[]:;,/")
        if not name or _tracks(name, value):
            continue
        kept.append(f"{name}{equals}{value}")
    return "&".join(sorted(kept))


def _tracks(name: str, value: str) -> bool:
    only = _TRACKING_VALUE.get(name.lower())
    return bool(only.fullmatch(value) if only else _TRACKING.fullmatch(name))


def _escaped(text: str, safe: str) -> str:
    """The text with one spelling for every character, escaped or not.

    Bytes that are no UTF-8 (addresses in windows-1251) stay escaped as they are.
    """

    def one(found: re.Match[str]) -> str:
        run = found[0]
        if len(run) < 3:
            return _spelt(run, safe)
        chars = unquote_to_bytes(run).decode("utf-8", "surrogateescape")
        # An escaped delimiter is not a delimiter: only what can never be one is taken out of its escape.
        return "".join(_spelt(char, "") for char in chars)

    return _ESCAPE.sub(one, unicodedata.normalize("NFC", _ESCAPE.sub(one, text)))


def _spelt(char: str, safe: str) -> str:
    if char in _UNRESERVED or char in safe or (not char.isascii() and char.isprintable()):
        return char
    return quote_from_bytes(char.encode("utf-8", "surrogateescape" if "\udc80" <= char <= "\udcff" else "replace"), "")
