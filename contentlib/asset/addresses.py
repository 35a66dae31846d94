"""One page has many addresses: the canonical one is the same for all of them. Pure.

The extension computes the same in the browser (`web/extension/lib/addresses.js`);
`tests/addresses.json` holds both to one list of examples.
"""

import hashlib
import re
from urllib.parse import SplitResult, urlsplit

# What campaigns and networks add to an address; it changes nothing of the page that opens.
TRACKING_PARAMETERS = frozenset(
    (  # noqa: SIM905 - a list of words, not of one word a line
        "_ga _gl _hsenc _hsmi cmpid dclid epik fbclid gad_source gbraid gclid gclsrc igshid "
        "ko_click_id li_fat_id mc_cid mc_eid mkt_tok msclkid oly_anon_id oly_enc_id ref_src "
        "s_cid scid sc_cid sclid twclid ttclid vero_conv vero_id wbraid wickedid yclid"
    ).split()
)
TRACKING_PREFIXES = ("utm_", "hsa_", "mtm_", "matomo_", "pk_", "piwik_", "trk_")
FRONT_PAGES = ("index.html", "index.htm", "index.php", "default.aspx")
_LONGEST = 4096
_ESCAPED = re.compile(r"%[0-9a-fA-F]{2}")
_UNRESERVED = re.compile(r"[A-Za-z0-9._~-]")
_UNSAFE = re.compile(r"[^A-Za-z0-9._~!$&'()*+,;=:@/?%-]")


def canonical_address(address: str) -> str | None:
    """The page's address without scheme, `www.`, tracking parameters and other chance; None for
    what is no web address.

    >>> canonical_address("HTTP://www.Acme.example:80/docs/index.html?utm_source=x&b=2&a=1#top")
    'acme.example/docs?a=1&b=2'
    """
    parts = _split(address)
    if parts is None:
        return None
    host = _host_of(parts)
    if host is None:
        return None
    path = _path_of(parts.path)
    query = _query_of(parts.query)
    return f"{host}{path}?{query}" if query else f"{host}{path}"


def address_key(address: str | None) -> str | None:
    """The hash by which pages are compared, in hexadecimal; None for no web address."""
    canonical = canonical_address(address) if address else None
    return None if canonical is None else hashlib.sha256(canonical.encode()).hexdigest()


def _split(address: str) -> SplitResult | None:
    trimmed = address.strip()
    if len(trimmed) > _LONGEST:
        return None
    try:
        parts = urlsplit(trimmed)
    except ValueError:
        return None
    return parts if parts.scheme.lower() in ("http", "https") and parts.netloc else None


def _host_of(parts: SplitResult) -> str | None:
    try:
        name, port = parts.hostname, parts.port
        if not name:
            return None
        name = name if name.isascii() else name.encode("idna").decode()
    except (ValueError, UnicodeError):
        return None
    name = name.rstrip(".").removeprefix("www.")
    usual = {"http": 80, "https": 443}[parts.scheme.lower()]
    return name if port in (None, usual) else f"{name}:{port}"


def _path_of(path: str) -> str:
    kept: list[str] = []
    for part in _evenly_escaped(path).split("/"):
        if part == "..":
            del kept[-1:]
        elif part not in ("", "."):
            kept.append(part)
    if kept and kept[-1].lower() in FRONT_PAGES:
        kept.pop()
    return "".join(f"/{part}" for part in kept)


def _query_of(query: str) -> str:
    parts = [_evenly_escaped(part) for part in query.split("&") if part]
    return "&".join(sorted(part for part in parts if not _is_tracking(part.split("=", 1)[0])))


def _is_tracking(name: str) -> bool:
    lowered = name.lower()
    return lowered in TRACKING_PARAMETERS or lowered.startswith(TRACKING_PREFIXES)


def _evenly_escaped(text: str) -> str:
    """Escapes what must be, and nothing that need not be (RFC 3986, 6.2.2)."""

    def unescaped(match: re.Match[str]) -> str:
        character = chr(int(match.group()[1:], 16))
        return character if _UNRESERVED.fullmatch(character) else match.group().upper()

    def escaped(match: re.Match[str]) -> str:
        return "".join(f"%{byte:02X}" for byte in match.group().encode("utf-8", "replace"))

    return _UNSAFE.sub(escaped, _ESCAPED.sub(unescaped, text))
