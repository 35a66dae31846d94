"""How values read on a page."""

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from flask import Flask

from web.transaction import library


def local_day(moment: datetime | date) -> str:
    """12 Mar 2026, in the workspace's time zone."""
    if isinstance(moment, datetime):
        moment = moment.astimezone(ZoneInfo(library().settings.time_zone))
    return f"{moment.day} {moment:%b %Y}"


def local_time(moment: datetime) -> str:
    """12 Mar 2026, 14:05, in the workspace's time zone."""
    local = moment.astimezone(ZoneInfo(library().settings.time_zone))
    return f"{local.day} {local:%b %Y, %H:%M}"


def ago(moment: datetime) -> str:
    """ "3 hours ago": how long since, coarsely."""
    seconds = (library().clock.now() - moment.astimezone(UTC)).total_seconds()
    for size, unit in (
        (86400 * 365, "year"),
        (86400 * 30, "month"),
        (86400, "day"),
        (3600, "hour"),
        (60, "minute"),
    ):
        if seconds >= size:
            count = int(seconds // size)
            return f"{count} {unit}{'s' if count > 1 else ''} ago"
    return "just now"


def duration(milliseconds: int) -> str:
    """1 min 12 s."""
    seconds = round(milliseconds / 1000)
    if seconds < 60:
        return f"{seconds} s"
    minutes, rest = divmod(seconds, 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def money(amount: Decimal | None, currency: str = "") -> str:
    """12,500 EUR; a dash for an unknown amount."""
    if amount is None:
        return "–"
    shown = f"{amount:,.0f}" if amount == amount.to_integral_value() else f"{amount:,.2f}"
    return f"{shown} {currency}".strip()


def percent(share: float | None) -> str:
    """12 %; a dash where there is nothing to divide by."""
    return "–" if share is None else f"{share * 100:.0f} %"


def file_size(count: int) -> str:
    """1.4 MB."""
    size = float(count)
    for unit in ("B", "kB", "MB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "B" or size >= 100 else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} GB"


def init_app(app: Flask) -> None:
    for filter_ in (local_day, local_time, ago, duration, money, percent, file_size):
        app.add_template_filter(filter_)
