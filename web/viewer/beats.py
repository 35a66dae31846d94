"""Beats: reading what a page claims, and writing down what is believed of it."""

import json
from dataclasses import dataclass
from typing import Any, TypeGuard

from contentlib.engagement import rules
from contentlib.engagement import service as engagement
from web.viewer.entry import Entry
from web.viewer.recording import recorded
from web.viewer.tokens import ViewToken, read_view

LONGEST_BODY = 8_000
_LAST_ORDINAL = 100_000


@dataclass(frozen=True, slots=True)
class Told:
    """A beat that fits its token, its document and our clock."""

    token: ViewToken
    ordinal: int
    pages: tuple[rules.PageAttention, ...]
    trusted_input: bool
    webdriver: bool


def read(body: bytes, entry: Entry) -> Told | None:
    """The beat in a request's body, or None when anything about it is not believed."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(told, dict):
        return None
    token = read_view(told.get("token"), key=entry.library.signing_key, now=entry.now)
    ordinal = told.get("ordinal")
    if token is None or token.share_id != entry.door.share_id:
        return None
    pages = _pages(told.get("pages"), token)
    if pages is None or not _is_count(ordinal) or ordinal > _LAST_ORDINAL:
        return None
    if not rules.believes(pages, loaded_at=token.loaded_at, now=entry.now):
        return None
    signals = told.get("signals")
    webdriver = isinstance(signals, dict) and signals.get("webdriver") is True
    return Told(token, ordinal, pages, told.get("input") is True, webdriver)


def _pages(told: Any, token: ViewToken) -> tuple[rules.PageAttention, ...] | None:
    if not isinstance(told, dict):
        return None
    pages = []
    for number, attention_ms in told.items():
        is_number = number.isascii() and number.isdecimal() and len(number) < 7
        if not is_number or not 1 <= int(number) <= token.page_count:
            return None
        if not _is_count(attention_ms):
            return None
        pages.append(rules.PageAttention(int(number), attention_ms))
    return tuple(pages)


def _is_count(value: Any) -> TypeGuard[int]:
    return type(value) is int and value >= 0


def _signals(told: Told, entry: Entry) -> dict[str, Any]:
    signals: dict[str, Any] = {"webdriver": told.webdriver, "device": entry.visitor.device}
    if entry.visitor.offices:
        signals["offices"] = entry.visitor.offices
    return signals


def write(told: Told, entry: Entry) -> bool:
    """Whether the beat is on disk; a confirmed one outlives any crash from here on."""
    rows = engagement.beat_rows(
        told.pages,
        view_key=told.token.view_key,
        ordinal=told.ordinal,
        share_id=told.token.share_id,
        asset_id=told.token.asset_id,
        version_id=told.token.version_id,
        visitor_key=entry.visitor.key,
        by_colleague=entry.visitor.by_colleague,
        trusted_input=told.trusted_input,
        signals=_signals(told, entry),
        now=entry.now,
        loaded_at=told.token.loaded_at,
        code_id=entry.code_id,
        is_private=entry.visitor.is_private,
    )
    return recorded(lambda: engagement.record_beats(entry.library.hits, rows))
