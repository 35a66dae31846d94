"""What the share dialog asked for, read from its form or from a script's JSON."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime, time
from typing import Any, get_args
from zoneinfo import ZoneInfo

from flask import Request
from werkzeug.datastructures import MultiDict

from contentlib.errors import InvalidInput
from contentlib.share.addresses import addressees
from contentlib.share.gates import with_passcode
from contentlib.share.preset_rules import PresetRules
from contentlib.share.rules import Download, ShareRules, end_of_day_in
from contentlib.share.service import Recipient

WAYS = ("copy", "mail", "sent")
EXPIRIES = (
    ("none", "Never"),
    ("7", "In 7 days"),
    ("30", "In 30 days"),
    ("90", "In 90 days"),
    ("date", "On a day…"),
)
# The download choice of before: programs may still send it.
_DOWNLOADS: Mapping[str, Download] = {
    **{known: known for known in get_args(Download)},
    "yes": "original",
    "no": "off",
}


@dataclass(frozen=True, slots=True)
class ShareForm:
    """The dialog's fields as text, so that a wrong one can be shown again as it was typed.

    `each` is "yes" where every recipient gets a link of their own; `gate` is "yes" where an
    address must be proved.
    """

    assets: tuple[str, ...]
    recipients: str = ""
    each: str = ""
    opportunity: str = ""
    message: str = ""
    subject: str = ""
    expiry: str = "none"
    expires_on: str = ""
    download: str = "original"
    version: str = "current"
    passcode: str = ""
    gate: str = ""
    allowed: str = ""
    max_visits: str = ""
    notice: str = "each"
    way: str = "copy"

    def wanted_recipients(self) -> list[Recipient]:
        """Raises InvalidInput naming what is no address."""
        return [Recipient(one.email, one.name) for one in addressees(self.recipients)]

    def wanted_rules(self, *, now: datetime, zone: str) -> ShareRules:
        """Raises InvalidInput for a field that cannot be read, under its name."""
        rules = ShareRules(
            expires_at=self._expires_at(now, zone),
            download=self._download(),
            follows_current=self.version != "pinned",
            max_visits=self._max_visits(),
            asks_email=self.gate == "yes",
            allowed=tuple(self.allowed.replace(",", " ").replace(";", " ").split()),
        )
        return with_passcode(rules, self.passcode)

    def wanted_preset(self) -> PresetRules:
        """Raises InvalidInput, also for a day: a preset is used again and again."""
        if self.expiry == "date":
            sentence = "A preset ends a link after days, not on a day."
            raise InvalidInput(sentence, {"expiry": sentence})
        return PresetRules(
            ends_in_days=None if self.expiry in ("", "none") else self._days(),
            download=self._download(),
            follows_current=self.version != "pinned",
            max_visits=self._max_visits(),
            asks_email=self.gate == "yes",
            allowed=tuple(self.allowed.replace(",", " ").replace(";", " ").split()),
            notice=self.notice,
        )

    def with_preset(self, rules: PresetRules) -> "ShareForm":
        """The form filled in as the preset settles it."""
        days = rules.ends_in_days
        return replace(
            self,
            expiry="none" if days is None else str(days),
            download=rules.download,
            version="current" if rules.follows_current else "pinned",
            gate="yes" if rules.asks_email else "",
            allowed=" ".join(rules.allowed),
            max_visits="" if rules.max_visits is None else str(rules.max_visits),
            notice=rules.notice,
        )

    @property
    def has_rules(self) -> bool:
        """Whether any rule differs from what is usual."""
        usual = ShareForm(assets=())
        chosen = ("expiry", "download", "version", "passcode", "gate", "allowed", "max_visits")
        return any(getattr(self, name) != getattr(usual, name) for name in chosen)

    def _download(self) -> Download:
        known = _DOWNLOADS.get(self.download)
        if known is None:
            raise InvalidInput("Choose how it may be downloaded.", {"download": "Choose one."})
        return known

    def _max_visits(self) -> int | None:
        if not self.max_visits:
            return None
        if not self.max_visits.isascii() or not self.max_visits.isdecimal():
            sentence = "A limit of visits is a number from 1 on."
            raise InvalidInput(sentence, {"max_visits": sentence})
        return int(self.max_visits[:9])

    def _days(self) -> int:
        if not self.expiry.isascii() or not self.expiry.isdecimal() or len(self.expiry) > 4:
            raise InvalidInput("Choose when the link ends.", {"expiry": "Choose one."})
        return int(self.expiry)

    def _expires_at(self, now: datetime, zone: str) -> datetime | None:
        if self.expiry in ("", "none"):
            return None
        if self.expiry != "date":
            return end_of_day_in(self._days(), now=now)
        try:
            day = date.fromisoformat(self.expires_on)
        except ValueError as error:
            raise InvalidInput(
                "Choose the day on which the link ends.", {"expires_on": "Choose a day."}
            ) from error
        return datetime.combine(day, time(23, 59, 59), tzinfo=ZoneInfo(zone)).astimezone(UTC)


def read(request: Request) -> ShareForm:
    """The form of a POST; a field that is left out has its default."""
    return _of(_fields(request))


def of_address(args: MultiDict[str, str]) -> ShareForm:
    """The dialog's beginning, as its address names assets and perhaps a deal and recipients."""
    return ShareForm(
        assets=tuple(dict.fromkeys(args.getlist("asset"))),
        opportunity=args.get("opportunity", ""),
        recipients=args.get("recipients", ""),
    )


def of_rules(rules: ShareRules, notice: str, zone: str) -> ShareForm:
    """The rules of a link that is there, to be changed. Its passcode is not known any more."""
    form = ShareForm(assets=()).with_preset(
        PresetRules(
            download=rules.download,
            follows_current=rules.follows_current,
            max_visits=rules.max_visits,
            asks_email=rules.asks_email,
            allowed=rules.allowed,
            notice=notice,
        )
    )
    if rules.expires_at is None:
        return form
    last_day = rules.expires_at.astimezone(ZoneInfo(zone)).date()
    return replace(form, expiry="date", expires_on=last_day.isoformat())


def _fields(request: Request) -> MultiDict[str, Any]:
    if not request.is_json:
        return request.form
    told = request.get_json(silent=True)
    if not isinstance(told, dict):
        raise InvalidInput("Send the share as a JSON object.")
    return MultiDict(told)


_LISTS = ("assets", "recipients")


def _of(given: MultiDict[str, Any]) -> ShareForm:
    def text(name: str) -> str:
        return (
            str(given.get(name) or "").strip() if name != "passcode" else str(given.get(name, ""))
        )

    said = {field.name: text(field.name) for field in fields(ShareForm)}
    form = ShareForm(
        assets=tuple(dict.fromkeys(str(a) for a in given.getlist("asset"))),
        recipients="\n".join(str(r) for r in given.getlist("recipients")),
        **{name: value for name, value in said.items() if value and name not in _LISTS},
    )
    return form if form.way in WAYS else replace(form, way="copy")
