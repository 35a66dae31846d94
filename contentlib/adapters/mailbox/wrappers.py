"""The address inside the one that a mail gateway put in its place. Pure."""

import base64
import binascii
import re
from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

_MOST_WRAPPERS = 6
_LONGEST = 32_768


@dataclass(frozen=True, slots=True)
class _InParameter:
    """A gateway that carries the target in a query parameter. `host` matches by its end."""

    host: str
    parameters: tuple[str, ...]
    path: str = ""

    def target(self, parts: SplitResult) -> str | None:
        if not parts.path.startswith(self.path):
            return None
        told = dict(reversed(parse_qsl(parts.query, max_num_fields=100, errors="replace")))
        return next((told[name] for name in self.parameters if told.get(name)), None)


# What each gateway's rewritten address looks like, as its vendor documents or shows it.
_IN_PARAMETER = (
    _InParameter(".safelinks.protection.outlook.com", ("url",)),
    _InParameter(".safelinks.protection.office365.us", ("url",)),
    _InParameter(".safelinks.protection.outlook.cn", ("url",)),
    _InParameter("statics.teams.cdn.office.net", ("url",), "/evergreen-assets/safelinks/"),
    _InParameter("urldefense.proofpoint.com", ("u",), "/v1/url"),
    _InParameter("linkprotect.cudasvc.com", ("a",), "/url"),
    # Mimecast's usual addresses hold a code and the target's domain only: nothing to decode
    _InParameter(".mimecast.com", ("url", "u", "target")),
    _InParameter(".mimecastprotect.com", ("url", "u", "target")),
    _InParameter("protect2.fireeye.com", ("u",), "/"),
    _InParameter("clicktime.symantec.com", ("u",)),
    _InParameter(".trendmicro.com", ("url",), "/wis/clicktime/"),
    _InParameter("deref-gmx.net", ("redirectUrl",), "/mail/client/"),
    _InParameter("deref-gmx.com", ("redirectUrl",), "/mail/client/"),
    _InParameter("deref-web.de", ("redirectUrl",), "/mail/client/"),
)
_GOOGLE = re.compile(r"(?:www\.)?google(?:\.[a-z]{2,3}){1,2}")
_IN_GOOGLE = _InParameter("", ("q", "url"), "/url")
_PROOFPOINT = ("urldefense.com", "urldefense.us", "urldefense.proofpoint.com")
_V3 = re.compile(r"/v3/__(?P<address>.+?)__;(?P<bytes>[A-Za-z0-9_=-]*)!", re.DOTALL)
_V3_LEFT_OUT = re.compile(r"\*(?:\*(?P<run>[A-Za-z0-9_-]))?")
_RUN_LENGTHS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_ONE_SLASH = re.compile(r"^(?P<scheme>https?:/)(?=[^/])", re.IGNORECASE)


def unwrapped(address: str) -> str:
    """Where the address leads once gateways have looked at it; itself where none rewrote it.

    Wrappers within wrappers are followed, six deep at the most.

    >>> unwrapped("https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fx.example%2Fa")
    'https://x.example/a'
    """
    for _ in range(_MOST_WRAPPERS):
        inner = _inside(address)
        if inner is None:
            return address
        address = inner
    return address


def _inside(address: str) -> str | None:
    if len(address) > _LONGEST:
        return None
    try:
        parts = urlsplit(address)
        target = _target(parts, address)
    except (ValueError, UnicodeError):
        return None
    if target is None:
        return None
    target = target.strip()
    return target if target.lower().startswith(("http://", "https://")) else None


def _target(parts: SplitResult, address: str) -> str | None:
    host = (parts.hostname or "").rstrip(".")
    if host in _PROOFPOINT and parts.path.startswith("/v3/"):
        return _proofpoint_v3(address)
    if host == "urldefense.proofpoint.com" and parts.path.startswith("/v2/url"):
        return _proofpoint_v2(parts)
    if host == "secure-web.cisco.com":
        return _last_of_path(parts)
    if host.endswith(".protection.sophos.com"):
        return _sophos(parts)
    if _GOOGLE.fullmatch(host):
        return _IN_GOOGLE.target(parts)
    for gateway in _IN_PARAMETER:
        if host == gateway.host.removeprefix(".") or (
            gateway.host.startswith(".") and host.endswith(gateway.host)
        ):
            return gateway.target(parts)
    return None


def _proofpoint_v2(parts: SplitResult) -> str | None:
    found = re.search(r"(?:^|&)u=([^&]*)", parts.query)
    return None if found is None else unquote(found[1].replace("-", "%").replace("_", "/"))


def _proofpoint_v3(address: str) -> str | None:
    """Proofpoint's third form: what could be damaged on the way stands as `*` (one character) or
    `**X` (a run, as long as X says), the characters themselves behind it in base64.
    """
    found = _V3.search(address)
    if found is None:
        return None
    coded = found["bytes"].rstrip("=")
    left_out = _decoded(coded)
    if left_out is None:
        return None
    remaining = iter(left_out)

    def put_back(match: re.Match[str]) -> str:
        count = 1 if match["run"] is None else _RUN_LENGTHS.index(match["run"]) + 2
        return "".join(character for _, character in zip(range(count), remaining, strict=False))

    restored = _V3_LEFT_OUT.sub(put_back, found["address"]) if left_out else found["address"]
    return _ONE_SLASH.sub(lambda match: f"{match['scheme']}/", restored)


def _sophos(parts: SplitResult) -> str | None:
    coded = dict(parse_qsl(parts.query, max_num_fields=100)).get("u", "").replace(" ", "+")
    return _decoded(coded.replace("+", "-").replace("/", "_").rstrip("=")) or None


def _last_of_path(parts: SplitResult) -> str | None:
    _, _, last = parts.path.rpartition("/")
    return unquote(last) or None


def _decoded(coded: str) -> str | None:
    try:
        return base64.urlsafe_b64decode(coded + "=" * (-len(coded) % 4)).decode()
    except (binascii.Error, ValueError):
        return None
