"""The values that settings and source files are made of, each checked where it enters; errors name the remedy."""

import codecs
import re
from datetime import timedelta
from functools import cache
from importlib.resources import files
from typing import Annotated
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import cssselect
from pydantic import AfterValidator, BeforeValidator, Field

# ISO 639-1, whole, so that "ua" for Ukrainian or "ge" for Georgian is seen at once.
_ISO_639 = """
    aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el
    en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu
    ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na
    nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so
    sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu
"""
_LANGUAGES = frozenset(_ISO_639.split())
_HOST = re.compile(r"[a-z0-9\u0080-\uffff]([a-z0-9.\u0080-\uffff-]*[a-z0-9\u0080-\uffff])?", re.IGNORECASE)


_ADDRESS = re.compile(r"[^\s@<>\"(),:;\[\]\\]+@[^\s@<>\"(),:;\[\]\\]+")
_HOST_PORT = re.compile(r"(?:[a-z0-9._-]+|\[[0-9a-f:.]+\]):(\d{1,5})", re.IGNORECASE)
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_DURATION = re.compile(r"(?:\d+(?:\.\d+)?[smhd])+")


def duration(text: object) -> timedelta:
    """The length of time that "90s", "15m", "1h30m" or "2d" says; ValueError with the remedy when it says none."""
    if isinstance(text, timedelta):
        return text
    if not isinstance(text, str) or not _DURATION.fullmatch(text.strip()):
        raise ValueError('not a length of time; write a number and s, m, h or d, for example "15m" or "24h"')
    parts = re.findall(r"([\d.]+)([smhd])", text)
    try:
        return timedelta(seconds=sum(float(number) * _UNITS[unit] for number, unit in parts))
    except OverflowError:
        raise ValueError("longer than can be counted; write for example 24h") from None


def _not_a_bool(value: object) -> object:
    # Python takes true for 1; a person who writes `delay = true` meant something else.
    if isinstance(value, bool):
        raise ValueError("should be a number, not true or false")  # noqa: TRY004 - pydantic wants ValueError
    return value


def _zone_or_none(name: str) -> str:
    return check_zone(name).key if name else name


@cache
def _countries() -> frozenset[str]:
    # The time zone database carries ISO 3166-1; Kosovo has its usual code there in no list.
    lines = (files("tzdata") / "zoneinfo" / "iso3166.tab").read_text("utf-8").splitlines()
    return frozenset(line[:2] for line in lines if line and not line.startswith("#")) | {"XK", "INT"}


def _country(code: str) -> str:
    if code not in _countries():
        raise ValueError('not a country; write an ISO 3166-1 code, for example "AZ" or "GB", or "INT" for many')
    return code


def _mail_address(text: str) -> str:
    bare = re.sub(r'^[^<>"\r\n]*<([^<>]+)>$', r"\1", text)
    if not _ADDRESS.fullmatch(bare):
        raise ValueError('not a mail address; write "name@example.org" or "Name <name@example.org>"')
    return text


def _host_port(text: str) -> str:
    found = _HOST_PORT.fullmatch(text)
    if not found or not 0 < int(found[1]) < 65_536:
        raise ValueError('not an exact host:port; write for example "127.0.0.1:8900"')
    return text.lower()


def _one_line(text: str) -> str:
    if re.search(r"[\x00-\x1f\x7f]", text):
        raise ValueError("holds a control character; write it on one line")
    return text


def check_zone(name: str) -> ZoneInfo:
    """The time zone of that name; ValueError with the remedy when there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError('no such time zone; write a name like "Asia/Baku" or "UTC"') from None


def _web_address(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname or re.search(r"\s", text):
        raise ValueError('not a web address; write it whole, for example "https://news.example/rss.xml"')
    if parts.username or parts.password:
        raise ValueError("holds a user name or password; a source has to be public")
    return text


def _language(code: str) -> str:
    if code not in _LANGUAGES:
        raise ValueError('not a language; write an ISO 639-1 code of two letters, for example "az", "hy" or "uk"')
    return code


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}; write it in single quotes") from error
    return text


def _selector(text: str) -> str:
    try:
        cssselect.parse(text)
    except cssselect.SelectorError as error:
        raise ValueError(f'not a CSS selector: {error}; write for example "h2.title a"') from error
    return text


def _encoding(name: str) -> str:
    try:
        return codecs.lookup(name).name
    except LookupError:
        raise ValueError('no such encoding; write for example "windows-1251"') from None


def _host(text: str) -> str:
    if not _HOST.fullmatch(text):
        raise ValueError('not a host name; write it alone, for example "mirror.example"')
    return text.lower()


Number = BeforeValidator(_not_a_bool)
Seconds = Annotated[float, Number, Field(gt=0, le=86_400)]
Count = Annotated[int, Number, Field(ge=1)]
Port = Annotated[int, Number, Field(ge=1, le=65_535)]
Duration = Annotated[timedelta, BeforeValidator(duration)]
Zone = Annotated[str, AfterValidator(lambda name: check_zone(name).key)]
ZoneOrNone = Annotated[str, AfterValidator(_zone_or_none)]
Country = Annotated[str, AfterValidator(_country)]
Language = Annotated[str, AfterValidator(_language)]
MailAddress = Annotated[str, AfterValidator(_mail_address)]
MailAddressOrNone = Annotated[str, AfterValidator(lambda text: _mail_address(text) if text else text)]
HostPort = Annotated[str, AfterValidator(_host_port)]
Host = Annotated[str, AfterValidator(_host)]
Line = Annotated[str, AfterValidator(_one_line)]
Url = Annotated[str, AfterValidator(_web_address)]
Pattern = Annotated[str, AfterValidator(_pattern)]
Selector = Annotated[str, AfterValidator(_selector)]
Encoding = Annotated[str, AfterValidator(_encoding)]
