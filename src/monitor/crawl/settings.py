"""The safe Scrapy settings, each with its reason: Scrapy's own defaults favour reach over safety.

`scrapy.cfg` names this module, so `scrapy list` and `scrapy crawl ID` run under the same policy as `monitor crawl`.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from scrapy.settings import Settings

from monitor.crawl import render
from monitor.model import Source

if TYPE_CHECKING:
    from monitor.config import Config

BOT_NAME = "monitor"
SPIDER_MODULES = ["spiders"]

# --- Surface: nothing listens, nothing but http and https is spoken. -------------------------------------------------

TELNETCONSOLE_ENABLED = False  # a shell on a port, on by default
REMOTE_CONTROL_ENABLED = False  # runs Python that is sent to a port, on by default since 2.19
DOWNLOAD_HANDLERS = {
    "http": "monitor.crawl.wire.HttpHandler",
    "https": "monitor.crawl.wire.HttpHandler",
    **dict.fromkeys(("data", "file", "ftp", "s3")),  # a link must not read local files
}
METAREFRESH_ENABLED = False  # a page could send us anywhere after the checks
COOKIES_ENABLED = False  # no session is followed, none can leak
HTTPPROXY_ENABLED = False  # behind a proxy the address gate would see the proxy alone
REFERRER_POLICY = "no-referrer"  # nobody need know where we come from; a server may ask otherwise, see wire
REDIRECT_MAX_TIMES = 5  # a longer chain is a loop or a trap
DEPTH_LIMIT = 3  # for hand-written spiders: a calendar links to itself for ever
URLLENGTH_LIMIT = 2083

# --- Size and time: what one answer may cost. -------------------------------------------------------------------------

DOWNLOAD_MAXSIZE = 10_485_760  # also after decompression; the default of 1 GiB is a bomb's best friend
DOWNLOAD_WARNSIZE = 0  # a refusal is reported once, as the outcome
DOWNLOAD_TIMEOUT = 30  # the whole answer: a byte a second is cut too
DOWNLOAD_FAIL_ON_DATALOSS = True  # half a page must never be taken for a page
DNS_TIMEOUT = 10
CONCURRENT_ITEMS = 1  # the default starts 100 tasks for every response: 1.75 times the work

# --- TLS: who answers is who was asked. -------------------------------------------------------------------------------

DOWNLOAD_VERIFY_CERTIFICATES = True  # off by default
DOWNLOAD_TLS_MIN_VERSION = "TLSv1.2"

# --- Addresses and manners: ours instead of Scrapy's (see gate, robots, manners). ------------------------------------

TWISTED_DNS_RESOLVER = "monitor.crawl.gate.Resolver"
ROBOTSTXT_OBEY = True
RETRY_ENABLED = False  # Scrapy repeats at once, three times, whatever Retry-After says
DOWNLOAD_DELAY = 2.0
DOWNLOAD_DELAY_JITTER = 0  # spacing is kept by manners, over all crawlers of the process
CONCURRENT_REQUESTS_PER_DOMAIN = 1
DOWNLOADER_MIDDLEWARES = {
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,  # goes on after a 503; keeps nothing
    "scrapy.downloadermiddlewares.httpauth.HttpAuthMiddleware": None,
    "scrapy.downloadermiddlewares.redirect.RedirectMiddleware": None,
    "monitor.crawl.gate.GateMiddleware": 50,
    "monitor.crawl.robots.RobotsMiddleware": 100,
    "monitor.crawl.wire.Redirects": 600,
    # Next to the wire, where every answer passes, redirects too.
    "monitor.crawl.gate.PeerMiddleware": 910,
    "monitor.crawl.manners.MannersMiddleware": 920,
}

# --- Running: quiet and lean. -----------------------------------------------------------------------------------------

TWISTED_REACTOR = "twisted.internet.asyncioreactor.AsyncioSelectorReactor"
LOG_LEVEL = "WARNING"  # the default prints every item
STATS_DUMP = False
EXTENSIONS = {
    "scrapy.extensions.logcount.LogCount": None,
    "scrapy.extensions.memusage.MemoryUsage": None,
    "scrapy.extensions.logstats.LogStats": None,
    "scrapy.extensions.feedexport.FeedExporter": None,
    "scrapy.extensions.spiderstate.SpiderState": None,
    "scrapy.extensions.throttle.AutoThrottle": None,
}
DEFAULT_REQUEST_HEADERS = {
    "Accept": "text/html,application/xhtml+xml,application/rss+xml,application/xml;q=0.9,*/*;q=0.8",
}

# --- The monitor's own. -----------------------------------------------------------------------------------------------

MONITOR_ALLOW_PRIVATE: list[str] = []  # exact "host:port" entries that may lie in private address space
MONITOR_PLACES: list[str] = []  # "host:port" of channels that use other ports than 80 and 443


def settings_for(config: "Config", sources: Iterable[Source], *, browser: bool = False) -> Settings:
    """The settings of this module with what the operator and the sources say laid over them.

    With `browser`, requests may ask for the page as its scripts make it.
    """
    settings = Settings()
    settings.setmodule("monitor.crawl.settings", priority="project")
    overrides = {
        "SPIDER_MODULES": [],  # spiders are found by the monitor itself, not by name on sys.path
        "USER_AGENT": config.crawl.user_agent,
        "DOWNLOAD_DELAY": config.crawl.delay,
        "DOWNLOAD_TIMEOUT": config.crawl.timeout,
        "DOWNLOAD_MAXSIZE": config.crawl.max_page_bytes,
        "ROBOTSTXT_OBEY": config.crawl.obey_robots,
        "MONITOR_ALLOW_PRIVATE": list(config.crawl.allow_private),
        "MONITOR_PLACES": places(sources),
    }
    settings.setdict(overrides, priority="cmdline")
    if browser:
        settings.setdict(render.settings(config.crawl.browser, handlers=DOWNLOAD_HANDLERS), priority="cmdline")
    return settings


def places(sources: Iterable[Source]) -> list[str]:
    """The "host:port" of every channel that names a port, sorted."""
    found = set()
    for source in sources:
        for channel in source.channels:
            parts = urlsplit(channel.url)
            if parts.hostname and parts.port:
                host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
                found.add(f"{host}:{parts.port}")
    return sorted(found)
