"""Links as channels write them → addresses that can be fetched."""

import re
from collections import Counter
from functools import lru_cache
from urllib.parse import urljoin, urlsplit

from monitor.model import Source

# What browsers still open and caches still keep; longer ones are traps.
_LONGEST = 2_083
_HUNG_ON = re.compile(
    r"\?(?:(?:utm_\w+|fbclid|gclid|yclid|mc_\w+|ref|rss|from|source|_openstat)=[^&]*(?:&|$))+$", re.IGNORECASE
)
_SECOND_LEVELS = {"com", "co", "gov", "org", "net", "edu", "ac", "mil"}
_CONTROL = re.compile(r"[\x00-\x20\x7f]+")
_NO_PAGE = re.compile(
    r"\.(?:jpe?g|png|gif|webp|svg|ico|css|js|pdf|zip|rar|docx?|xlsx?|mp[34]|avi|mov|rss|xml|gz)$", re.IGNORECASE
)


def absolute(base: str, link: str | None) -> str | None:
    """The link as a whole http(s) address without fragment, or None when it is none that could be fetched."""
    if not link:
        return None
    link = link.strip()
    try:
        link = _CONTROL.sub("", link) if "\n" in link or "\t" in link else link.replace(" ", "%20")
        # Joining is slow, and a sitemap holds fifty thousand whole addresses.
        url = link if link.startswith(("https://", "http://")) else urljoin(base, link)
        parts = urlsplit(url)
        host = parts.hostname
        parts.port  # noqa: B018 - raises ValueError for a port that is none
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not host or len(url) > _LONGEST or _CONTROL.search(url):
        return None
    return parts._replace(fragment="").geturl()


def article(url: str, source: Source) -> bool:
    """True when the address can be an article of the source: by its pattern, else any page of its own sites."""
    if source.article_pattern:
        fits = _compiled(source.article_pattern).search
        # Feeds hang parameters of their own on addresses that the pattern knows bare.
        bare = _HUNG_ON.sub("", url)
        return fits(url) is not None or (bare != url and fits(bare) is not None)
    parts = urlsplit(url)
    if _site(url) not in _sites(source):
        return False
    path = parts.path.rstrip("/")
    if not (path or parts.query) or _NO_PAGE.search(path):
        return False
    # A path that says the same thing three times is a trap's, not an article's.
    return max(Counter(path.strip("/").split("/")).values()) < 3


def same_site(one: str, other: str) -> bool:
    """True when both addresses belong to one site: rss.news.example and www.news.example do."""
    return _site(one) == _site(other)


@lru_cache(maxsize=1_024)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


@lru_cache(maxsize=1_024)
def _sites(source: Source) -> frozenset[str]:
    own = (channel.url for channel in source.channels)
    return frozenset(map(_site, own)) | frozenset(_site(f"http://{host}/") for host in source.mirrors)


def _site(url: str) -> str:
    """What all hosts of one site share: the last two labels of the name, three below com.tr and the like."""
    parts = urlsplit(url)
    host = (parts.hostname or "").lower().rstrip(".")
    labels = host.split(".")
    if labels[-1].isdecimal() or ":" in host:  # an IP address: each port is a site of its own
        return f"{host}:{parts.port}"
    known = len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _SECOND_LEVELS
    return ".".join(labels[-3 if known else -2 :])
