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


@dataclass(frozen=True, slots=True)
class CodeAskedFor(Fact):
    """Somebody at the e-mail gate of a share gave an address, allowed or not."""

    code_id: int


@dataclass(frozen=True, slots=True)
class LinkAskedFor(Fact):
    """A visitor wrote to whoever made a link, which may have ended. What they say of themself is
    not checked; `visitor_name` may be empty."""

    share_id: int
    email: str
    text: str
    visitor_name: str = ""
