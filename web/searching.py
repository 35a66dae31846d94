"""A search as the address asks it, and its answer as the page shows it."""

import re
from dataclasses import dataclass

from flask import request, url_for
from werkzeug.datastructures import MultiDict

from contentlib.crm.queries import OpportunityLine, visible_opportunity
from contentlib.ids import public_id
from contentlib.search.queries import Results, counts_of_narrowed, find
from contentlib.search.service import SURFACE, Answered
from contentlib.taxonomy.queries import Vocabulary
from contentlib.taxonomy.recognition import Recognised
from web import narrowing, receipts
from web.auth import viewer
from web.transaction import library, session

PAGE_SIZE = 10
MOST_SHOWN = 50
_LONGEST = 500
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a member wants: words, facets, how many, and the deal it is for."""

    text: str
    chosen: narrowing.Chosen
    show: int
    opportunity: OpportunityLine | None
    vocabulary: Vocabulary
    as_typed: bool = False

    def address(
        self,
        *,
        without: narrowing.Choice | None = None,
        unnarrowed: bool = False,
        show: int | None = None,
        token: str | None = None,
        as_typed: bool = False,
        plus: Recognised | None = None,
    ) -> str:
        """The address of this search, changed a little. `token` names the list it stands in."""
        said = {} if unnarrowed else self.chosen.args(without=without)
        if plus is not None:
            said["facet"] = [*said.get("facet", ()), f"{plus.term.facet}:{plus.term.key}"]
        deal = self.opportunity.public_id if self.opportunity else None
        typed = "1" if as_typed or self.as_typed else None
        return url_for(
            "search.results",
            q=self.text,
            **said,
            opportunity=deal,
            show=show,
            s=token,
            as_typed=typed,
        )


def asked_of(args: MultiDict[str, str], vocabulary: Vocabulary) -> Asked:
    """Raises NotFound for a deal that this member may not know of."""
    text = _SPACES.sub(" ", args.get("q", "").replace("\x00", "")).strip()[:_LONGEST]
    deal = args.get("opportunity")
    wanted = args.get("show", PAGE_SIZE, type=int)
    return Asked(
        text=text,
        chosen=narrowing.read(args, vocabulary),
        show=min(max(wanted, PAGE_SIZE), MOST_SHOWN),
        opportunity=visible_opportunity(session(), viewer(), deal).line if deal else None,
        vocabulary=vocabulary,
        as_typed=args.get("as_typed") == "1",
    )


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as the page shows it. `token` goes into links, `receipt` to the script."""

    results: Results
    groups: tuple[narrowing.FacetGroup, ...]
    answered: Answered
    token: str
    receipt: str

    @property
    def first_weak_rank(self) -> int | None:
        """From where on results fit less well than those before; None where all are alike."""
        weak = (result.rank for result in self.results.results if not result.confident)
        return next(weak, None) if self.results.confident else None

    @property
    def offered(self) -> tuple[Recognised, ...]:
        """Terms named in the question, to narrow to: not of a facet that is narrowed already."""
        chosen = self.answered.facets
        return tuple(name for name in self.results.named if name.term.facet not in chosen)


def answer(asked: Asked) -> Answer:
    """Raises IndexUnavailable."""
    who, today, words = viewer(), library().clock.now().date(), asked.text
    index, cache = library().index, library().permitted
    only = asked.chosen.narrowing
    results = find(
        session(),
        index,
        cache,
        who,
        text=words,
        today=today,
        floor=library().settings.search_floor,
        narrowing=only,
        limit=asked.show,
        words=asked.vocabulary,
        spelling=None if asked.as_typed else library().spelling,
    )
    beside = counts_of_narrowed(
        session(), index, cache, who, text=results.mended.text, today=today, narrowing=only
    )
    counts = narrowing.counts_with(results.facet_counts, beside, asked.vocabulary)
    answered = Answered(
        public_id=_search_id(),
        text=words,
        facets=asked.chosen.terms_by_facet,
        asset_ids=tuple(result.line.id for result in results.results),
        confident=results.confident,
        opportunity_id=asked.opportunity.id if asked.opportunity else None,
    )
    return Answer(
        results=results,
        groups=narrowing.groups(asked.vocabulary, asked.chosen, counts),
        answered=answered,
        token=receipts.list_token(who, SURFACE, answered.public_id),
        receipt=receipts.receipt(who, answered),
    )


def _search_id() -> str:
    """A reload, the way back, or "more" of a search is still that search: `s` names it."""
    known = receipts.read_list_token(viewer(), request.args.get("s", ""))
    return known[1] if known and known[0] == SURFACE else public_id()
