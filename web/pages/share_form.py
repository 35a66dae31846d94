"""What the share dialog asked for, read from its form or from a script's JSON."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from flask import Request
from werkzeug.datastructures import MultiDict

from contentlib.errors import InvalidInput
from contentlib.share.addresses import addressees
from contentlib.share.rules import ShareRules, end_of_day_in
from contentlib.share.service import Recipient

WAYS = ("copy", "mail", "sent")
EXPIRIES = (
    ("none", "Never"),
    ("7", "In 7 days"),
    ("30", "In 30 days"),
    ("90", "In 90 days"),
    ("date", "On a day…"),
)


@dataclass(frozen=True, slots=True)
class ShareForm:
    """The dialog's fields as text, so that a wrong one can be shown again as it was typed."""

    assets: tuple[str, ...]
    recipients: str = ""
    opportunity: str = ""
    message: str = ""
    subject: str = ""
    expiry: str = "none"
    expires_on: str = ""
    download: str = "yes"
    version: str = "current"
    way: str = "copy"

    def wanted_recipients(self) -> list[Recipient]:
        """Raises InvalidInput naming what is no address."""
        return [Recipient(one.email, one.name) for one in addressees(self.recipients)]

    def wanted_rules(self, *, now: datetime, zone: str) -> ShareRules:
        """Raises InvalidInput for an expiry that is no day."""
        return ShareRules(
            expires_at=self._expires_at(now, zone),
            allows_download=self.download != "no",
            follows_current=self.version != "pinned",
        )

    def _expires_at(self, now: datetime, zone: str) -> datetime | None:
        if self.expiry in ("", "none"):
            return None
        if self.expiry != "date":
            known = {value for value, _ in EXPIRIES}
            if self.expiry not in known:
                raise InvalidInput("Choose when the link ends.", {"expiry": "Choose one."})
            return end_of_day_in(int(self.expiry), now=now)
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


def _fields(request: Request) -> MultiDict[str, Any]:
    if not request.is_json:
        return request.form
    told = request.get_json(silent=True)
    if not isinstance(told, dict):
        raise InvalidInput("Send the share as a JSON object.")
    return MultiDict(told)


def _of(fields: MultiDict[str, Any]) -> ShareForm:
    def text(name: str, default: str = "") -> str:
        value = fields.get(name)
        return str(value) if value not in (None, "") else default

    way = text("way", "copy")
    return ShareForm(
        assets=tuple(dict.fromkeys(str(a) for a in fields.getlist("asset"))),
        recipients="\n".join(str(r) for r in fields.getlist("recipients")),
        opportunity=text("opportunity"),
        message=text("message"),
        subject=text("subject"),
        expiry=text("expiry", "none"),
        expires_on=text("expires_on"),
        download=text("download", "yes"),
        version=text("version", "current"),
        way=way if way in WAYS else "copy",
    )
