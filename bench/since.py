"""What `crawl --since` asks for: python -m bench.since

Ten invented outlets on loopback, 500 articles each in sitemaps or in listings, an hour apart. One crawl goes through;
another is killed at five random moments and then let finish. Both have to fetch what is in range, and to land the same.
"""

import json
import random
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.site.server import Answer, Site, serve

HOURS, PER_PAGE = 48, 25
NOW = datetime.now(UTC)  # noqa: TID251 - the sites' dates must be recent


def story(site: int, number: int) -> str:
    at = (NOW - timedelta(hours=number + 0.5)).isoformat()
    about = (
        f"Füzuli rayonunun {number}-ci kəndində traktor minaya düşüb, sürücü yaralanıb, sapyorlar cəlb olunub."
        if number % 10 == site
        else f"Şəhərin {number}-ci məktəbində yeni kitabxana açılıb. Tədbirdə müəllimlər və şagirdlər iştirak edib."
    )
    head = f'<title>Xəbər {site}-{number}</title><meta property="article:published_time" content="{at}">'
    told = (f"<p>{about} Bu barədə {name} məlumat verib.</p>" for name in ("rayon rəhbərliyi", "sakinlər", "nazirlik"))
    body = f"<article><h1>Xəbər {site}-{number}</h1>{''.join(told)}</article>"
    return f"<html lang='az'><head>{head}</head><body>{body}</body></html>"


def fill(site: Site, which: int, *, articles: int) -> str:
    """The site holds its articles and announces them in one way; the source that reads it."""
    links = [(site.page(f"/xeber/{n}", story(which, n)), NOW - timedelta(hours=n + 0.5)) for n in range(articles)]
    if which % 2:
        pages = [links[start : start + PER_PAGE] for start in range(0, articles, PER_PAGE)]
        for number, page in enumerate(pages, 1):
            rows = "".join(
                f"<li><a href='{u}'>Xəbər</a> <time datetime='{at.isoformat()}'></time></li>" for u, at in page
            )
            more = f"<a rel='next' href='/xeberler?p={number + 1}'>»</a>" if number < len(pages) else ""
            site.routes[f"/xeberler?p={number}"] = Answer(f"<html><body><ul>{rows}</ul>{more}</body></html>".encode())
        channel = f'listings = [{{ url = "{site.url("/xeberler?p=1")}", links = "li a" }}]'
    else:
        parts = [links[start : start + 100] for start in range(0, articles, 100)]
        for number, part in enumerate(parts):
            rows = "".join(f"<url><loc>{u}</loc><lastmod>{at.isoformat()}</lastmod></url>" for u, at in part)
            site.page(f"/map{number}.xml", f"<urlset>{rows}</urlset>", type="application/xml")
        rows = "".join(
            f"<sitemap><loc>{site.url(f'/map{n}.xml')}</loc><lastmod>{part[0][1].isoformat()}</lastmod></sitemap>"
            for n, part in enumerate(parts)
        )
        channel = (
            f'sitemaps = ["{site.page("/map.xml", f"<sitemapindex>{rows}</sitemapindex>", type="application/xml")}"]'
        )
    must = 'country = "AZ"\nlanguages = ["az"]\ntimezone = "Asia/Baku"'
    return f'[[source]]\nid = "s{which}"\nname = "S{which}"\n{must}\narticle_pattern = "/xeber/"\n{channel}\n'


def crawl(home: Path, *, seconds: float | None = None) -> None:
    """One crawl, killed after so many seconds when they are given."""
    command = [sys.executable, "-m", "monitor", "--home", str(home), "-q", "crawl", "--since", f"{HOURS}h", "--json"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()


def fetched(sites: Sequence[Site]) -> Counter[tuple[int, str]]:
    """How often each article was asked for since the last time, and then forgotten."""
    counts = Counter((site.port, seen.path) for site in sites for seen in site.seen if seen.path.startswith("/xeber/"))
    for site in sites:
        site.seen.clear()
    return counts


def landed(home: Path) -> set[str]:
    return {path.stem.partition("_")[2] for path in (home / "queue").glob("*.txt")}


def measure(*, sites: int, articles: int, kills: int) -> dict[str, object]:
    """What a crawl of so many sites fetched, and one that was killed so many times and then let finish."""
    rng = random.Random(11)
    with ExitStack() as stack:
        made = [stack.enter_context(serve()) for _ in range(sites)]
        tables = [fill(site, which, articles=articles) for which, site in enumerate(made)]
        places = ", ".join(f'"{site.place}"' for site in made)
        settings = f"[catalogue]\nbundled = false\n[crawl]\ndelay = 0\nallow_private = [{places}]\n" + "".join(tables)
        homes = [Path(stack.enter_context(tempfile.TemporaryDirectory())) for _ in range(2)]
        for home in homes:
            (home / "monitor.toml").write_text(settings, "utf-8")
        whole, broken = homes
        started = datetime.now(UTC)  # noqa: TID251
        crawl(whole)
        took = (datetime.now(UTC) - started).total_seconds()  # noqa: TID251
        straight = fetched(made)
        for _ in range(kills):
            crawl(broken, seconds=rng.uniform(1.0, max(1.5, took / 2)))
        crawl(broken)
        resumed = fetched(made)
        in_range = sites * HOURS
        return {
            "articles_in_range": in_range,
            "fetched": sum(straight.values()),
            "ratio": round(sum(straight.values()) / in_range, 3),
            "killed_fetched": sum(resumed.values()),
            "killed_same_pages": set(straight) == set(resumed),
            "landed": len(landed(whole)),
            "killed_landed_same": landed(whole) == landed(broken),
            "seconds": round(took, 1),
        }


if __name__ == "__main__":
    print(json.dumps(measure(sites=10, articles=500, kills=5), indent=2))
