"""Facts about visits."""

from dataclasses import dataclass

from contentlib.events import Fact


@dataclass(frozen=True, slots=True)
class VisitJudged(Fact):
    """A visit's class was decided for the first time (`before` is None), or it is another now.

    Not told of visits in which somebody asked not to be followed, nor of visits that ended long
    before we first looked at them (`remaking.NEWS_FOR`).
    """

    visit_id: int
    before: str | None
    after: str


@dataclass(frozen=True, slots=True)
class VisitMerged(Fact):
    """Two visits turned out to be one: `visit_id` is gone, and what referred to it refers to
    `into_visit_id`."""

    visit_id: int
    into_visit_id: int


@dataclass(frozen=True, slots=True)
class LinkUnfurled(Fact):
    """A service fetched a preview of a link: it was pasted there."""

    share_id: int
    unfurl_id: int
