"""Facts about sending."""

from dataclasses import dataclass

from contentlib.events import Fact


@dataclass(frozen=True, slots=True)
class ShareSent(Fact):
    """A link was sent, and we know when: `sent_at` in ISO 8601."""

    share_id: int
    sent_at: str
