"""The address gate: only public addresses are dialled, save those that the operator lists.

Three walls: the URL before, the address that is dialled, the address that answered. The second is the one that holds:
it looks at what the socket will be opened to, after the name was resolved, so a name that changes its mind between
check and connection, or an address in an odd spelling, changes nothing.
"""

import asyncio
import socket
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any, Protocol
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import CannotResolveHostError, IgnoreRequest
from scrapy.http import Response
from scrapy.settings import BaseSettings
from twisted.internet.address import IPv4Address as Dial4
from twisted.internet.address import IPv6Address as Dial6
from twisted.internet.interfaces import IHostnameResolver, IHostResolution
from zope.interface import implementer  # type: ignore[import-untyped]  # ships no types

Place = tuple[str, int]
"""A host, lower case or an address in its canonical spelling, and a port."""

_PORTS = {"http": 80, "https": 443}
# Names blocked by a slow name server hold a thread each; forty dead domains must not stop a live one.
_LOOKUPS = ThreadPoolExecutor(max_workers=64, thread_name_prefix="dns")

# What `is_global` lets through, measured, or learnt only in later versions of Python.
_ALSO_CLOSED = tuple(
    ip_network(net)
    for net in (
        "0.0.0.0/8",
        "100.64.0.0/10",  # carriers' shared space
        "192.0.0.0/24",  # IETF protocol assignments
        "192.88.99.0/24",  # 6to4 relays
        "240.0.0.0/4",
        "64:ff9b:1::/48",  # NAT64 of the local network: may lead anywhere inside
        "100::/64",
        "100:0:0:1::/64",
        "2001::/23",  # Teredo and other protocol assignments
        "3fff::/20",  # documentation
        "5f00::/16",  # segment routing
        "fec0::/10",  # the old site-local space
    )
)
# IPv6 addresses that carry an IPv4 address in their last 32 bits, which is where the packets go.
_CARRIERS = tuple(ip_network(net) for net in ("::/96", "::ffff:0:0/96", "::ffff:0:0:0/96", "64:ff9b::/96"))


class Refused(IgnoreRequest):
    """The address gate does not let this request through."""


def closed(address: str) -> str | None:
    """Why the address must not be dialled, or None when it is public."""
    try:
        ip = ip_address(address)
    except ValueError:
        return f"{address} is no address"
    for each in (ip, *_inner(ip)):
        if (
            each.is_multicast
            or not each.is_global
            or any(each in net for net in _ALSO_CLOSED if net.version == each.version)
        ):
            return f"{address} is not a public address"
    return None


def _inner(ip: IPv4Address | IPv6Address) -> tuple[IPv4Address, ...]:
    # The IPv4 addresses that an IPv6 address stands for.
    if isinstance(ip, IPv4Address):
        return ()
    found = [IPv4Address(int(ip) & 0xFFFFFFFF)] if any(ip in net for net in _CARRIERS) else []
    if ip.sixtofour is not None:
        found.append(ip.sixtofour)
    return (*found, *(ip.teredo or ()))


def place(text: str) -> Place:
    """The host and port of "host:port" or "[address]:port"; ValueError when it is neither."""
    parts = urlsplit(f"//{text}")
    if not parts.hostname or parts.port is None or parts.path or parts.query or parts.username is not None:
        raise ValueError(f"{text!r} is not host:port")
    return _canonical(parts.hostname), parts.port


def target(url: str) -> Place:
    """The place that a URL which the gate let through names."""
    parts = urlsplit(url)
    return _canonical(parts.hostname or ""), parts.port or _PORTS[parts.scheme]


def _canonical(host: str) -> str:
    host = host.lower().removesuffix(".")
    try:
        return str(ip_address(host))
    except ValueError:
        return host


@dataclass(frozen=True, slots=True)
class Gate:
    """Which URLs may be asked for and which addresses dialled; the same verdict for every way of spelling one."""

    private: frozenset[Place] = frozenset()
    """Exact places that may lie in private address space."""
    places: frozenset[Place] = frozenset()
    """Places that may be asked on another port than 80 and 443."""
    refusals: dict[Place, str] = field(default_factory=dict, compare=False)
    """Why the last look-up of a place gave nothing to dial."""

    @classmethod
    def of(cls, settings: BaseSettings) -> "Gate":
        """The gate that MONITOR_ALLOW_PRIVATE and MONITOR_PLACES describe."""
        private = frozenset(map(place, settings.getlist("MONITOR_ALLOW_PRIVATE")))
        return cls(private=private, places=private | frozenset(map(place, settings.getlist("MONITOR_PLACES"))))

    def check(self, url: str) -> Place:
        """The place that the URL names; Refused when it must not be asked for."""
        parts = urlsplit(url)
        try:
            port = parts.port or _PORTS.get(parts.scheme, 0)
        except ValueError as error:
            raise Refused(f"address refused: {url} has no valid port") from error
        if parts.scheme not in _PORTS:
            raise Refused(f"address refused: {url} is neither http nor https")
        if not parts.hostname:
            raise Refused(f"address refused: {url} names no host")
        if parts.username is not None or parts.password is not None:
            raise Refused(f"address refused: {parts.hostname} was written with a user name")
        at = target(url)
        if port not in _PORTS.values() and at not in self.places:
            raise Refused(f"address refused: port {port} of {at[0]} is not listed by any source")
        if _is_address(at[0]) and (why := self.barred(at[0], at=at)):
            raise Refused(f"address refused: {why}")
        return at

    def barred(self, address: str, *, at: Place) -> str | None:
        """Why this address must not be dialled for that place, or None."""
        why = closed(address)
        if why is None or at in self.private or (_canonical(address), at[1]) in self.private:
            return None
        return why


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


Lookup = Callable[[str, int], Sequence[tuple[Any, ...]]]


def _system(host: str, port: int) -> Sequence[tuple[Any, ...]]:
    return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)


class Receiver(Protocol):
    """Twisted's IResolutionReceiver, as types understand it."""

    def resolutionBegan(self, resolution: object, /) -> None:  # noqa: N802, D102
        ...

    def addressResolved(self, address: object, /) -> None:  # noqa: N802, D102
        ...

    def resolutionComplete(self) -> None:  # noqa: N802, D102
        ...


@implementer(IHostResolution)
class _Resolution:
    def __init__(self, name: str) -> None:
        self.name = name

    def cancel(self) -> None:
        """Nothing: the look-up ends by its own time limit."""


@implementer(IHostnameResolver)
class Resolver:
    """Names become addresses for the reactor, those that the gate bars left out."""

    def __init__(self, gate: Gate, *, timeout: float = 10.0, lookup: Lookup = _system) -> None:
        self.gate = gate
        self.timeout = timeout
        self.lookup = lookup
        self._running: set[asyncio.Task[None]] = set()

    @classmethod
    def from_crawler(cls, crawler: Crawler, reactor: Any) -> "Resolver":
        """What `scrapy crawl` asks for by TWISTED_DNS_RESOLVER."""
        return cls(Gate.of(crawler.settings), timeout=crawler.settings.getfloat("DNS_TIMEOUT"))

    def install_on_reactor(self) -> None:
        """Every name that the reactor resolves from now on goes through this gate."""
        from twisted.internet import reactor  # noqa: PLC0415 - importing it installs one

        reactor.installNameResolver(self)

    def resolveHostName(  # noqa: N802 - Twisted's name
        self,
        resolutionReceiver: Receiver,  # noqa: N803
        hostName: str,  # noqa: N803
        portNumber: int = 0,  # noqa: N803
        addressTypes: Sequence[type] | None = None,  # noqa: N803
        transportSemantics: str = "TCP",  # noqa: N803
    ) -> "_Resolution":
        """See IHostnameResolver; the receiver is given the addresses that may be dialled, perhaps none."""
        resolution = _Resolution(hostName)
        resolutionReceiver.resolutionBegan(resolution)
        task = asyncio.ensure_future(self._resolve(resolutionReceiver, hostName, portNumber))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return resolution

    async def _resolve(self, receiver: Receiver, host: str, port: int) -> None:
        for address in await self.addresses(host, port):
            receiver.addressResolved(Dial6("TCP", address, port) if ":" in address else Dial4("TCP", address, port))
        receiver.resolutionComplete()

    async def addresses(self, host: str, port: int) -> tuple[str, ...]:
        """The addresses of a name that may be dialled on this port, in the order of the name server."""
        at = (_canonical(host), port)
        self.gate.refusals.pop(at, None)
        try:
            async with asyncio.timeout(self.timeout):
                found = await asyncio.get_running_loop().run_in_executor(_LOOKUPS, self.lookup, host, port)
        except (OSError, ValueError):  # a TimeoutError is an OSError; a name that is none is a ValueError
            return ()
        addresses = tuple(dict.fromkeys(str(each[4][0]) for each in found))
        barred = {address: why for address in addresses if (why := self.gate.barred(address, at=at))}
        if addresses and len(barred) == len(addresses):
            self.gate.refusals[at] = f"{at[0]} leads to {next(iter(barred))}, which is not a public address"
        return tuple(address for address in addresses if address not in barred)


class GateMiddleware:
    """No request passes whose URL the gate refuses, no name that leads to barred addresses alone."""

    def __init__(self, gate: Gate) -> None:
        self.gate = gate

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "GateMiddleware":
        """The gate of the crawler's settings; the reactor's name look-ups go through it, or one as strict."""
        from twisted.internet import reactor  # noqa: PLC0415 - importing it installs one

        gate = Gate.of(crawler.settings)
        present = reactor.nameResolver
        if isinstance(present, Resolver) and present.gate.private == gate.private:
            # Crawls of other sources run at the same time: the places they may ask differ, the look-ups do not.
            return cls(replace(gate, refusals=present.gate.refusals))
        Resolver(gate, timeout=crawler.settings.getfloat("DNS_TIMEOUT")).install_on_reactor()
        return cls(gate)

    def process_request(self, request: Request) -> None:
        """The request goes on, or Refused is raised."""
        self.gate.check(request.url)

    def process_exception(self, request: Request, exception: Exception) -> None:
        """A look-up that found barred addresses only is told apart from a name that does not exist."""
        why = self.gate.refusals.get(target(request.url)) if isinstance(exception, CannotResolveHostError) else None
        if why:
            raise Refused(f"address refused: {why}") from exception


class PeerMiddleware:
    """No answer passes that came from a barred address, whatever was dialled."""

    def __init__(self, gate: Gate) -> None:
        self.gate = gate

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "PeerMiddleware":
        """The gate of the crawler's settings."""
        return cls(Gate.of(crawler.settings))

    def process_response(self, request: Request, response: Response) -> Response:
        """The answer goes on, or Refused is raised."""
        if response.ip_address is not None:
            why = self.gate.barred(str(response.ip_address), at=target(request.url))
            if why:
                raise Refused(f"address refused: {why}")
        return response
