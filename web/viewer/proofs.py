"""The cookie of a gate: what a visitor proved, signed, for one link and twelve hours."""

from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta

from flask import Response, request
from itsdangerous import BadData, URLSafeSerializer

COOKIE = "share_proof"
_LIFETIME = timedelta(hours=12)
_LONGEST = 500


@dataclass(frozen=True, slots=True)
class Carried:
    """What the cookie says: the fingerprint of the passcode that was known, the one-time code
    that was entered, and since when (ms since 1970) the older of the two."""

    passcode: str | None = None
    code_id: int | None = None
    since_ms: int | None = None

    def with_passcode(self, fingerprint: str, *, now: datetime) -> "Carried":
        return replace(self, passcode=fingerprint, since_ms=self._since(now))

    def with_code(self, code_id: int, *, now: datetime) -> "Carried":
        return replace(self, code_id=code_id, since_ms=self._since(now))

    def _since(self, now: datetime) -> int:
        return self.since_ms or int(now.timestamp() * 1000)


NOTHING = Carried()


def carried(share_public_id: str, *, key: bytes, now: datetime) -> Carried:
    """What this request proves for the share; nothing where the cookie is not ours or too old."""
    text = request.cookies.get(COOKIE, "")
    if not text or len(text) > _LONGEST:
        return NOTHING
    try:
        told = Carried(**_serializer(share_public_id, key).loads(text))
    except (BadData, TypeError):
        return NOTHING
    since = datetime.fromtimestamp((told.since_ms or 0) / 1000, tz=UTC)
    return told if now < since + _LIFETIME else NOTHING


def give(
    answer: Response,
    carried: Carried,
    *,
    share_public_id: str,
    path: str,
    key: bytes,
    is_secure: bool,
) -> None:
    """Sets the cookie for the link at `path` and for nothing else."""
    answer.set_cookie(
        COOKIE,
        str(_serializer(share_public_id, key).dumps(asdict(carried))),
        max_age=_LIFETIME,
        path=path,
        httponly=True,
        samesite="Lax",
        secure=is_secure,
    )


def _serializer(share_public_id: str, key: bytes) -> URLSafeSerializer:
    return URLSafeSerializer(key, salt=f"share proof:{share_public_id}")
