"""The web addresses that stand in a text. Pure."""

import re

from contentlib.adapters.mailbox.wrappers import unwrapped

_LONGEST = 4096
# rewritten by two gateways, an address is several times as long as its target
_LONGEST_WRAPPED = 16_384
# `<https://...>` may be broken over lines (RFC 3986, appendix C)
_IN_BRACKETS = re.compile(r"<\s*(?:URL:)?(https?://[^<>\"]{1,16384}?)\s*>", re.IGNORECASE)
_BARE = re.compile(
    r"https?://[^\s<>\"\x00-\x1f\u00a0\u2028\u2029\u3000-\u3002\uff08\uff09\uff0c]{1,16384}",
    re.IGNORECASE,
)
_MOST_TRIMMED = 40
_AFTER_IT = ".,;:!?'*|\u2019\u201d\u00bb\u3002\u3001\uff0c\u2026"
_PAIRS = {")": "(", "]": "[", "}": "{"}


def written_in(text: str) -> tuple[str, ...]:
    """The http(s) addresses in a plain text, in order, without the punctuation around them.

    >>> written_in("See (https://x.example/a_(b)), or https://y.example/c.")
    ('https://x.example/a_(b)', 'https://y.example/c')
    """
    if "://" not in text:
        return ()
    found: list[str] = []
    at = 0
    for bracketed in _IN_BRACKETS.finditer(text):
        found += _bare(text[at : bracketed.start()])
        found.append("".join(bracketed[1].split()))
        at = bracketed.end()
    found += _bare(text[at:])
    return tuple(found)


def _bare(text: str) -> list[str]:
    return [_trimmed(match.group()) for match in _BARE.finditer(text)]


def _trimmed(address: str) -> str:
    for _ in range(_MOST_TRIMMED):
        last = address[-1:]
        closes_nothing = last in _PAIRS and address.count(last) > address.count(_PAIRS[last])
        if not last or (last not in _AFTER_IT and not closes_nothing):
            break
        address = address[:-1]
    return address


def followed(address: str) -> str | None:
    """A link's target, out of all wrappers; None for what is no web address."""
    trimmed = "".join(address.split()) if len(address) <= _LONGEST_WRAPPED else ""
    if not trimmed.lower().startswith(("http://", "https://")):
        return None
    target = unwrapped(trimmed)
    return target if len(target) <= _LONGEST else None
