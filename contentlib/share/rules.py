"""The rules of a share, and whether it admits a visitor. Pure."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, get_args

from email_validator import EmailNotValidError, validate_email

from contentlib.errors import InvalidInput

Refusal = Literal["revoked", "expired", "visits used up", "not shareable"]
Download = Literal["original", "watermarked", "off"]

# Told of each visit that is news, in a digest, or of none.
NOTICES = ("each", "digest", "none")
_MOST_ALLOWED = 50


@dataclass(frozen=True, slots=True)
class ShareRules:
    """What a rep chose for a link. Kept as one JSON value, so a rule is never half set.

    `allowed` holds `ann@x.example`, `@x.example` (that domain and none below it) or
    `@*.x.example` (what lies below it), as `normalised` writes them; a code is then mailed to
    these alone. `passcode_hash` is argon2's, never the passcode.
    """

    expires_at: datetime | None = None
    download: Download = "original"
    follows_current: bool = True
    max_visits: int | None = None
    passcode_hash: str | None = field(default=None, repr=False)
    asks_email: bool = False
    allowed: tuple[str, ...] = ()

    @property
    def allows_download(self) -> bool:
        return self.download != "off"

    @property
    def proves_address(self) -> bool:
        """Whether a visitor must enter a code that was mailed to them."""
        return self.asks_email or bool(self.allowed)

    @property
    def has_gate(self) -> bool:
        return self.passcode_hash is not None or self.proves_address

    def to_json(self) -> dict[str, Any]:
        told = asdict(self)
        told["expires_at"] = self.expires_at.isoformat() if self.expires_at else None
        told["allowed"] = list(self.allowed)
        return told

    @classmethod
    def from_json(cls, told: dict[str, Any]) -> "ShareRules":
        """Reads what `to_json` wrote, today or when download was a yes or no.

        A rule that is missing has its default; a way to download that is not known is none.
        """
        expires_at = told.get("expires_at")
        return cls(
            expires_at=datetime.fromisoformat(expires_at) if expires_at else None,
            download=_download(told),
            follows_current=bool(told.get("follows_current", True)),
            max_visits=told.get("max_visits"),
            passcode_hash=told.get("passcode_hash"),
            asks_email=bool(told.get("asks_email", False)),
            allowed=tuple(told.get("allowed") or ()),
        )


def _download(told: dict[str, Any]) -> Download:
    if "download" not in told:
        return "original" if told.get("allows_download", True) else "off"
    for known in get_args(Download):
        if told["download"] == known:
            return known
    return "off"


def offered(rules: ShareRules, *, format: str, has_pictures: bool) -> Download:
    """How a file of this format leaves by the link.

    Only a PDF can bear a watermark. Anything else becomes a PDF of its page pictures, and where
    it has none it is not offered: never the original in its stead.
    """
    if rules.download == "watermarked" and format != "pdf" and not has_pictures:
        return "off"
    return rules.download


def checked(rules: ShareRules, *, now: datetime, can_mail: bool = False) -> ShareRules:
    """The rules in their stored form: addresses normalised, and asked for where some are allowed.

    Raises InvalidInput for rules that could never admit anybody: `can_mail` says whether codes
    can be mailed at all.
    """
    if rules.expires_at is not None and rules.expires_at <= now:
        raise InvalidInput(
            "The link would be expired at once; choose a later day.",
            {"expires_on": "Choose a later day."},
        )
    if rules.max_visits is not None and not 1 <= rules.max_visits <= 100_000:
        raise InvalidInput("A limit of visits is a number from 1 on.", {"max_visits": "1 or more."})
    if rules.proves_address and not can_mail:
        raise InvalidInput(
            "A link that asks for an e-mail address needs a mail server, and none is set up here "
            "(CONTENTLIB_MAIL_URL).",
            {"asks_email": "No mail server is set up here."},
        )
    return replace(rules, allowed=all_normalised(rules.allowed), asks_email=rules.proves_address)


def checked_notice(notice: str) -> str:
    """How the maker of a link is told of visits. Raises InvalidInput."""
    if notice not in NOTICES:
        raise InvalidInput(
            "Choose how to be told of visits.", {"notice": f"One of {', '.join(NOTICES)}."}
        )
    return notice


def all_normalised(patterns: Iterable[str]) -> tuple[str, ...]:
    """Each address or domain once, in order. Raises InvalidInput naming what is neither."""
    found = tuple(dict.fromkeys(normalised(pattern) for pattern in patterns if pattern.strip()))
    if len(found) > _MOST_ALLOWED:
        raise _not_allowed(f"At most {_MOST_ALLOWED} addresses or domains can be allowed.")
    return found


def normalised(pattern: str) -> str:
    """An address, or a domain with or without its @, as `ShareRules.allowed` holds it.

    >>> normalised("Ann@X.Example"), normalised("x.example"), normalised("*.bücher.example")
    ('ann@x.example', '@x.example', '@*.xn--bcher-kva.example')
    """
    written = pattern.strip()
    local, _, domain = written.rpartition("@")
    is_below, domain = domain.startswith("*."), domain.removeprefix("*.")
    if local and not is_below:
        return normalised_address(written)
    if local:
        raise _not_allowed(f"“{written[:80]}” is neither an e-mail address nor a domain.")
    try:
        plain = normalised_address(f"anybody@{domain}").removeprefix("anybody")
    except InvalidInput:
        sentence = f"“{written[:80]}” is neither an e-mail address nor a domain."
        raise _not_allowed(sentence) from None
    return plain.replace("@", "@*.") if is_below else plain


def normalised_address(text: str) -> str:
    """The address with its domain in ASCII (IDNA) and case folded; it is mailed in this form.

    Raises InvalidInput.
    """
    try:
        found = validate_email(
            text.strip(),
            check_deliverability=False,
            test_environment=True,
            # few servers take such mail yet, and letters that look alike would pass for others
            allow_smtputf8=False,
        )
    except EmailNotValidError as error:
        raise _not_allowed(f"“{text.strip()[:80]}” is not an e-mail address.") from error
    return f"{found.local_part.casefold()}@{found.ascii_domain.casefold()}"


def _not_allowed(sentence: str) -> InvalidInput:
    return InvalidInput(sentence, {"allowed": sentence})


@dataclass(frozen=True, slots=True)
class Standing:
    """A share as a visitor meets it."""

    rules: ShareRules
    revoked_at: datetime | None
    has_something_to_show: bool


def admits(standing: Standing, *, now: datetime, human_visits: int) -> Refusal | None:
    """None when the visitor may enter, else why not (for the rep; the buyer is told nothing).

    `human_visits` are those before this one: METRICS counts people only.
    """
    if standing.revoked_at is not None and now >= standing.revoked_at:
        return "revoked"
    expires_at = standing.rules.expires_at
    if expires_at is not None and now >= expires_at:
        return "expired"
    limit = standing.rules.max_visits
    if limit is not None and human_visits >= limit:
        return "visits used up"
    if not standing.has_something_to_show:
        return "not shareable"
    return None


def end_of_day_in(days: int, *, now: datetime) -> datetime:
    """The expiry "after so many days": the end of that day in UTC."""
    day = (now + timedelta(days=days)).astimezone(UTC)
    return day.replace(hour=23, minute=59, second=59, microsecond=0)
