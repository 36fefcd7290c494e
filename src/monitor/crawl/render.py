"""Which sources need a browser, and with what it is started; the browser itself is the business of `crawl.browser`."""

import os
import shutil
from collections.abc import Mapping
from importlib.util import find_spec

from monitor.errors import ConfigError
from monitor.model import Source

_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge")


def renders(source: Source) -> bool:
    """Whether anything of the source is to be shown by a browser."""
    return source.render or any(channel.render for channel in source.channels if channel.enabled)


def equipped() -> None:
    """The package that shows pages is there; ConfigError when it is not."""
    if find_spec("scrapy_playwright") is None:
        raise ConfigError(
            'render = "browser" needs scrapy-playwright, which is not installed; pip install "mine-monitor[js]", '
            "or take `render` out of the source"
        )


def settings(named: str, *, handlers: Mapping[str, str | None]) -> dict[str, object]:
    """The settings of a crawl with a browser that is cut off from every network: `crawl.browser` fetches for it.

    `named` is the browser to start, "" for the first that is found; `handlers` are those of a crawl without one.
    """
    handler = "monitor.crawl.browser.BrowserHandler"
    return {
        "DOWNLOAD_HANDLERS": {**handlers, "http": handler, "https": handler},
        "DOWNLOAD_SLOTS": {"browser": {"concurrency": 1, "delay": 0}},  # what is shown there asks no server by itself
        "PLAYWRIGHT_BROWSER_PROVIDER": "monitor.crawl.browser.Provider",
        "PLAYWRIGHT_ABORT_REQUEST": "monitor.crawl.browser.refuse",  # what nobody answers for it is not asked for
        "PLAYWRIGHT_LAUNCH_OPTIONS": {
            "executable_path": named or next(filter(None, map(shutil.which, _BROWSERS)), None),
            "chromium_sandbox": os.geteuid() != 0,  # there is none for root
            # No name and no address leads anywhere, loopback included; what is not HTTP finds no way either.
            "args": ["--host-resolver-rules=MAP * ~NOTFOUND", "--webrtc-ip-handling-policy=disable_non_proxied_udp"],
            "proxy": {"server": "http://nowhere.invalid:9", "bypass": "<-loopback>"},
            # A crawl that is interrupted closes it itself.
            **dict.fromkeys(("handle_sigint", "handle_sigterm", "handle_sighup"), False),
        },
    }
