"""The settings are safe, and Scrapy's own commands run under them."""

import os
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest

from monitor.config import Config
from monitor.crawl import settings as module
from monitor.crawl.settings import places, settings_for

ROOT = Path(__file__).parents[2]


def test_settings_that_scrapy_leaves_open_are_closed() -> None:
    settings = settings_for(Config(), ())
    for off in ("TELNETCONSOLE_ENABLED", "REMOTE_CONTROL_ENABLED", "COOKIES_ENABLED", "METAREFRESH_ENABLED"):
        assert settings.getbool(off) is False
    assert settings.getbool("HTTPPROXY_ENABLED") is False
    assert settings.getbool("DOWNLOAD_VERIFY_CERTIFICATES") is True
    assert settings.getbool("DOWNLOAD_FAIL_ON_DATALOSS") is True
    handlers = settings.getwithbase("DOWNLOAD_HANDLERS")
    assert {scheme for scheme, path in handlers.items() if path} == {"http", "https"}


def test_every_setting_is_one_that_scrapy_knows_or_ours() -> None:
    from scrapy.settings import default_settings

    ours = {name for name in vars(module) if name.isupper()} - {"TYPE_CHECKING"}
    unknown = {name for name in ours if not hasattr(default_settings, name) and not name.startswith("MONITOR_")}
    assert unknown == set()


def test_what_the_operator_says_is_laid_over() -> None:
    crawl = {"user_agent": "desk/1", "delay": 7, "timeout": 9, "max_page_bytes": 77, "allow_private": ["[::1]:90"]}
    settings = settings_for(Config(crawl=crawl), ())
    assert settings["USER_AGENT"] == "desk/1"
    assert settings.getfloat("DOWNLOAD_DELAY") == 7
    assert settings.getint("DOWNLOAD_TIMEOUT") == 9
    assert settings.getint("DOWNLOAD_MAXSIZE") == 77
    assert settings.getlist("MONITOR_ALLOW_PRIVATE") == ["[::1]:90"]


def test_the_ports_that_sources_name_are_places(site: Any, world: Any) -> None:
    source = world.source("alpha", site, feeds=["https://alpha.example:8443/rss", "http://[2606:4700::1]:81/rss"])
    assert places([source]) == ["[2606:4700::1]:81", "alpha.example:8443"]


def test_a_crawl_opens_no_port(site: Any, fetch: Any) -> None:
    listening: list[set[str]] = []

    def ports() -> set[str]:
        tables = [Path(f"/proc/{os.getpid()}/net/{name}").read_text("ascii") for name in ("tcp", "tcp6")]
        rows = [row.split() for table in tables for row in table.splitlines()[1:]]
        mine = {str(path.readlink()) for path in Path("/proc/self/fd").iterdir() if path.is_symlink()}
        return {row[1] for row in rows if row[3] == "0A" and f"socket:[{row[9]}]" in mine}

    before = ports()
    site.routes["/a"] = lambda _: (listening.append(ports()), site.routes["/b"])[1]
    site.page("/b", "salam")
    assert fetch(site.url("/a"), allow_private=[site.place])[0].body == b"salam"
    assert listening == [before]


def certificate(directory: Path) -> Path:
    """A self-signed certificate for 127.0.0.1 with its key, in one file."""
    import datetime as dt
    import ipaddress

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    day = dt.timedelta(days=1)
    now = dt.datetime.now(dt.UTC)  # noqa: TID251 - a certificate is for real clocks
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - day)
        .not_valid_after(now + day)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = directory / "both.pem"
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(secret + made.public_bytes(pem))
    return path


def test_a_certificate_that_nobody_vouches_for_is_refused(site: Any, fetch: Any, tmp_path: Path) -> None:
    import ssl

    from monitor.crawl.mishap import reason

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate(tmp_path))
    site._server.socket = context.wrap_socket(site._server.socket, server_side=True)
    site.page("/", "salam")
    (error,) = fetch(site.url("/").replace("http:", "https:"), allow_private=[site.place], obey_robots=False)
    assert "certificate" in reason(error)
    assert site.seen == []


def scrapy(*arguments: str, home: Path) -> "subprocess.CompletedProcess[str]":
    environment = {"PATH": os.environ["PATH"], "MONITOR_HOME": str(home)}
    command = [sys.executable, "-m", "scrapy", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture
def home(tmp_path: Path, site: Any) -> Path:
    site.feed("/rss.xml", [site.page("/a", "<p>hava</p>")])
    (tmp_path / "monitor.toml").write_text(
        textwrap.dedent(f"""
            [catalogue]
            bundled = false
            [crawl]
            delay = 0
            workers = 1
            allow_private = ["{site.place}"]
            [[source]]
            id = "alpha"
            name = "Alpha"
            country = "AZ"
            languages = ["az"]
            timezone = "Asia/Baku"
            feeds = ["{site.url("/rss.xml")}"]
            [[source]]
            id = "beta"
            name = "Beta"
            country = "AZ"
            languages = ["az"]
            timezone = "Asia/Baku"
            feeds = ["{site.url("/beta.xml")}"]
        """)
    )
    return tmp_path


def test_scrapy_lists_and_crawls_the_sources_of_the_home(site: Any, home: Path) -> None:
    listed = scrapy("list", home=home)
    assert {"alpha", "beta"} <= set(listed.stdout.split())
    crawled = scrapy("crawl", "alpha", home=home)
    assert crawled.returncode == 0, crawled.stderr
    assert site.paths() == ["/robots.txt", "/rss.xml", "/a"]


def test_nothing_is_told_of_where_we_come_from_and_no_cookie_goes_back(site: Any, fetch: Any) -> None:
    from tests.site.server import Answer

    cookie = {"Set-Cookie": "id=1; Path=/", "Referrer-Policy": "unsafe-url", "Refresh": "0; url=/away"}
    site.routes["/from"] = Answer(status=302, headers={"Location": "/to", **cookie})
    site.page("/to", "<meta http-equiv=refresh content='0; url=/away'>salam", headers=cookie)
    assert "salam" in fetch(site.url("/from"), site.url("/to"), allow_private=[site.place])[1].text
    assert "/away" not in site.paths()
    names = {name for seen in site.seen for name in seen.headers}
    assert names == {"host", "accept", "accept-encoding", "user-agent"}
