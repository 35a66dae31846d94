"""Facts about shares."""

from dataclasses import dataclass

from contentlib.events import Fact


@dataclass(frozen=True, slots=True)
class ShareMailed(Fact):
    """A member asked us to mail the link to its recipients."""

    share_id: int
    subject: str
    body: str
    message_id: str
