"""The signed token in a viewer's page: which pages its beats may speak of, and since when."""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from itsdangerous import BadData, URLSafeSerializer

from contentlib.engagement.rules import VIEW_TOKEN_LIFETIME
from contentlib.ids import public_id

# What the serializer makes of a token is a few hundred characters.
_LONGEST = 1000


@dataclass(frozen=True, slots=True)
class ViewToken:
    """One loading of the viewer. `loaded_ms` is our clock's, in ms since 1970."""

    share_id: int
    asset_id: int
    version_id: int
    page_count: int
    view_key: str
    loaded_ms: int

    @property
    def loaded_at(self) -> datetime:
        return datetime.fromtimestamp(self.loaded_ms / 1000, tz=UTC)


def new_view(
    *, key: bytes, share_id: int, asset_id: int, version_id: int, page_count: int, now: datetime
) -> str:
    """A signed token with a fresh view key."""
    loaded_ms = int(now.timestamp() * 1000)
    token = ViewToken(share_id, asset_id, version_id, page_count, public_id(20), loaded_ms)
    return str(_serializer(key).dumps(asdict(token)))


def read_view(text: object, *, key: bytes, now: datetime) -> ViewToken | None:
    """The token, or None when we did not make it or it is older than its lifetime."""
    if not isinstance(text, str) or len(text) > _LONGEST:
        return None
    try:
        token = ViewToken(**_serializer(key).loads(text))
    except (BadData, TypeError):
        return None
    return token if token.loaded_at <= now <= token.loaded_at + VIEW_TOKEN_LIFETIME else None


def _serializer(key: bytes) -> URLSafeSerializer:
    return URLSafeSerializer(key, salt="view")
