"""The address that a page gives itself."""

from urllib.parse import urljoin, urlsplit

from monitor.article.evidence import Evidence


def canonical(evidence: Evidence, *, mirrors: tuple[str, ...] = ()) -> str | None:
    """The page's canonical URL when it lies on the same site and is no home page; else None."""
    for claim in (evidence.links.get("canonical"), evidence.meta("og:url")):
        if not claim:
            continue
        try:
            url = urljoin(evidence.url, claim.strip())
            parts = urlsplit(url)
            if (
                parts.scheme in {"http", "https"}
                and _same_site(parts.hostname, evidence.url, mirrors)
                and _is_deep(url)
            ):
                return url
        except ValueError:  # "http://[" and the like
            continue
    return None


def _same_site(host: str | None, url: str, mirrors: tuple[str, ...]) -> bool:
    own = urlsplit(url).hostname
    if not host or not own:
        return False
    return _site(host) == _site(own) or _site(host) in {_site(mirror) for mirror in mirrors}


def _site(host: str) -> str:
    """The host without the prefixes under which one site serves twins of its pages."""
    host = host.lower().rstrip(".")
    for prefix in ("www.", "m.", "amp.", "mobile."):
        host = host.removeprefix(prefix)
    return host


def _is_deep(url: str) -> bool:
    """Whether it names a page: more than a host or a language's home."""
    parts = urlsplit(url)
    segments = [part for part in parts.path.split("/") if part]
    return bool(parts.query) or len(segments) > 1 or (len(segments) == 1 and len(segments[0]) > 3)
