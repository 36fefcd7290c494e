"""The address gate: no spelling, redirect or name server leads to a private address."""

import socket
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.crawl.gate import Gate, Refused, Resolver, closed, place
from tests.site.server import Answer

CLOSED = [
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.1",
    "10.255.255.255",
    "100.64.0.1",
    "100.127.255.254",
    "127.0.0.1",
    "127.255.255.254",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.8",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.0.1",
    "198.18.0.1",
    "198.51.100.7",
    "203.0.113.9",
    "224.0.0.1",
    "239.1.1.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:0:127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::7f00:1",
    "2002:7f00:1::",
    "2002:a9fe:a9fe::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2001:db8::1",
    "3fff::1",
    "5f00::1",
    "100::1",
    "fc00::1",
    "fd12:3456::1",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "ff0e::1",
]
OPEN = [
    "1.1.1.1",
    "8.8.8.8",
    "93.184.216.34",
    "185.60.216.35",
    "2606:4700:4700::1111",
    "2a00:1450:4001::5",
    "64:ff9b::808:808",
]


@pytest.mark.parametrize("address", CLOSED)
def test_an_address_that_is_not_public_is_closed(address: str) -> None:
    assert closed(address)


@pytest.mark.parametrize("address", OPEN)
def test_a_public_address_is_open(address: str) -> None:
    assert closed(address) is None


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_is_judged_alike_in_every_ipv6_dress(address: Any) -> None:
    number = int(address)
    for dress in (f"::ffff:{address}", f"64:ff9b::{number >> 16:x}:{number & 0xFFFF:x}"):
        assert bool(closed(dress)) == bool(closed(str(address)))


# Each of these names the loopback canary, or must be refused before anybody is asked.
SPELLINGS = [
    "http://127.0.0.1:{p}/",
    "http://localhost:{p}/",
    "http://LOCALHOST:{p}/",
    "http://localhost.:{p}/",
    "http://127.1:{p}/",
    "http://127.0.1:{p}/",
    "http://2130706433:{p}/",
    "http://0x7f.0.0.1:{p}/",
    "http://0x7f000001:{p}/",
    "http://0177.0.0.1:{p}/",
    "http://017700000001:{p}/",
    "http://[::1]:{p}/",
    "http://[0:0:0:0:0:0:0:1]:{p}/",
    "http://[::ffff:127.0.0.1]:{p}/",
    "http://[::ffff:7f00:1]:{p}/",
    "http://①②⑦.0.0.1:{p}/",
    "http://127。0。0。1:{p}/",
    "http://0:{p}/",
    "http://0.0.0.0:{p}/",
    "http://[::]:{p}/",
    "http://user@127.0.0.1:{p}/",
    "http://user:secret@127.0.0.1:{p}/",
    "http://news.example@127.0.0.1:{p}/",
    "http://127.0.0.1:{p}\\@news.example/",
    "http://127.0.0.1:{p}#@news.example/",
    "http://127.0.0.1%00:{p}/",
    "http://[fe80::1%25lo]:{p}/",
    "http://127.0.0.1.:{p}/",
    "HTTP://127.0.0.1:{p}/",
    "http:/\\127.0.0.1:{p}/",
    "http://%31%32%37.0.0.1:{p}/",
    "ftp://127.0.0.1:{p}/",
    "file:///etc/hostname",
    "data:text/html,hi",
    "javascript:alert(1)",
    "gopher://127.0.0.1:{p}/",
    "ws://127.0.0.1:{p}/",
    "s3://bucket/key",
    "http://127.0.0.1:22/",
    "http://127.0.0.1:6379/",
    "http://127.0.0.1:99999/",
]


def test_no_spelling_of_loopback_reaches_the_canary(site: Any, fetch: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    site.page("/", "canary")
    dialled = []
    connect = socket.socket.connect_ex
    monkeypatch.setattr(socket.socket, "connect_ex", lambda self, to: (dialled.append(to), connect(self, to))[1])
    # The port itself is open to the gate, so that the address alone decides.
    urls = [spelling.format(p=site.port) for spelling in SPELLINGS]
    assert len(urls) >= 40
    hosts = (
        "127.0.0.1",
        "localhost",
        "[::1]",
        "2130706433",
        "0x7f000001",
        "127.1",
        "0",
        "0.0.0.0",
        "[::ffff:127.0.0.1]",
    )
    results = fetch(*urls, places=[f"{host}:{site.port}" for host in hosts])
    assert all(isinstance(result, Exception) for result in results)
    assert site.seen == []
    assert dialled == []


def test_only_the_exact_place_that_is_listed_is_let_through(site: Any, fetch: Any) -> None:
    site.page("/", "salam")
    assert fetch(site.url("/"), allow_private=[site.place])[0].body == b"salam"
    assert isinstance(fetch(site.url("/"), allow_private=[f"127.0.0.1:{site.port + 1}"])[0], Refused)
    named = site.url("/").replace("127.0.0.1", "localhost")
    assert fetch(named, allow_private=[f"localhost:{site.port}"])[0].body == b"salam"


def test_a_redirect_to_a_private_address_is_not_followed(site: Any, fetch: Any) -> None:
    from tests.site.server import serve

    with serve() as canary:
        for number, to in enumerate(
            (
                canary.url("/"),
                f"//{canary.place}/",
                "http://169.254.169.254/",
                "file:///etc/hostname",
                "ftp://127.0.0.1/",
            )
        ):
            site.routes[f"/{number}"] = Answer(status=302, headers={"Location": to})
        results = fetch(*(site.url(f"/{number}") for number in range(5)), allow_private=[site.place])
        assert all(isinstance(result, Refused) for result in results[:3])
        assert [result.status for result in results[3:]] == [302, 302]
        assert canary.seen == []


class _Flipping:
    """A name server that says something else each time."""

    def __init__(self, *answers: tuple[str, ...]) -> None:
        self.answers = answers
        self.asked = 0

    def __call__(self, host: str, port: int) -> list[Any]:
        addresses = self.answers[self.asked % len(self.answers)]
        self.asked += 1
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]


def test_a_name_that_turns_private_is_refused_from_then_on(run: Any) -> None:
    names = _Flipping(("93.184.216.34",), ("127.0.0.1",))
    resolver = Resolver(Gate(), lookup=names)
    for turn in range(1_000):
        found = run(resolver.addresses("rebind.example", 80))
        assert found == (() if turn % 2 else ("93.184.216.34",))
    assert "rebind.example leads to 127.0.0.1" in resolver.gate.refusals["rebind.example", 80]


def test_of_a_mixed_answer_only_the_public_addresses_are_dialled(run: Any) -> None:
    resolver = Resolver(Gate(), lookup=_Flipping(("10.0.0.7", "93.184.216.34", "169.254.169.254")))
    assert run(resolver.addresses("mixed.example", 443)) == ("93.184.216.34",)


def test_a_public_name_that_leads_inside_is_told_apart_from_one_that_does_not_exist(
    site: Any, fetch: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from monitor.crawl import gate

    def names(host: str, port: int) -> list[Any]:
        if host == "inside.example":
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(gate.Resolver.__init__, "__kwdefaults__", {"timeout": 10.0, "lookup": names})
    inside, nowhere = fetch("http://inside.example/", "http://nowhere.example/", obey_robots=False)
    assert isinstance(inside, Refused)
    assert "leads to 127.0.0.1" in str(inside)
    assert not isinstance(nowhere, Refused)


def test_a_name_server_that_hangs_costs_its_time_limit_and_no_more(run: Any) -> None:
    import threading

    release = threading.Event()
    resolver = Resolver(Gate(), timeout=0.05, lookup=lambda *_: release.wait(5) or [])
    try:
        assert run(resolver.addresses("slow.example", 80)) == ()
    finally:
        release.set()


@pytest.mark.parametrize("text", ["", "host", "host:", "host:http", "host:1/x", "user@host:1", ":80"])
def test_what_is_not_host_and_port_is_no_place(text: str) -> None:
    with pytest.raises(ValueError, match=r"host:port|[Pp]ort"):
        place(text)


def test_a_place_is_the_same_in_every_spelling() -> None:
    assert place("[0:0:0:0:0:0:0:1]:80") == place("[::1]:80") == ("::1", 80)
    assert place("Alpha.Example.:80") == ("alpha.example", 80)


def test_an_answer_from_a_private_address_is_refused_whatever_was_dialled() -> None:
    from ipaddress import ip_address

    from scrapy import Request
    from scrapy.http import Response

    from monitor.crawl.gate import PeerMiddleware

    peer = PeerMiddleware(Gate(private=frozenset({("10.0.0.7", 80)})))
    for url, address, passes in (
        ("http://alpha.example/", "93.184.216.34", True),
        ("http://alpha.example/", "10.0.0.8", False),
        ("http://alpha.example/", "10.0.0.7", True),
        ("https://alpha.example/", "10.0.0.7", False),
    ):
        response = Response(url, ip_address=ip_address(address))
        if passes:
            assert peer.process_response(Request(url), response) is response
        else:
            with pytest.raises(Refused):
                peer.process_response(Request(url), response)


def test_gates_of_crawls_side_by_side_share_one_resolver(site: Any, fetch: Any) -> None:
    from twisted.internet import reactor

    site.page("/", "salam")
    fetch(site.url("/"), allow_private=[site.place])
    first = reactor.nameResolver  # type: ignore[attr-defined]
    fetch(site.url("/"), allow_private=[site.place], places=["alpha.example:8443"])
    assert reactor.nameResolver is first  # type: ignore[attr-defined]
    fetch(site.url("/"), allow_private=[])
    assert reactor.nameResolver is not first  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", ["a\x00b.example", "x" * 300 + ".example", "..", ""])
def test_a_name_that_is_none_leads_nowhere(name: str, run: Any) -> None:
    assert run(Resolver(Gate()).addresses(name, 80)) == () or name == ""


@pytest.mark.parametrize("port", [22, 25, 6379, 8080])
def test_only_the_ports_of_the_web_and_those_that_sources_list_are_asked(port: int) -> None:
    gate = Gate(places=frozenset({("alpha.example", 8443)}))
    assert gate.check("https://alpha.example:8443/rss") == ("alpha.example", 8443)
    assert gate.check("http://beta.example:80/") == ("beta.example", 80)
    with pytest.raises(Refused, match="not listed"):
        gate.check(f"http://alpha.example:{port}/")
    with pytest.raises(Refused, match="not listed"):
        gate.check("https://beta.example:8443/")


def test_if_the_second_wall_had_a_hole_the_third_would_stand(
    site: Any, fetch: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def unguarded(*_: Any) -> tuple[str, ...]:
        return ("127.0.0.1",)

    monkeypatch.setattr(Resolver, "addresses", unguarded)
    site.page("/", "canary")
    hole = f"hole.example:{site.port}"
    (result,) = fetch(f"http://{hole}/", places=[hole], obey_robots=False)
    assert isinstance(result, Refused)
