"""A recommendation as a page asks for it, and its answer as the page shows it."""

from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from contentlib.crm.deal_queries import deal_facts
from contentlib.errors import IndexUnavailable
from contentlib.ids import public_id
from contentlib.recommendation import understanding
from contentlib.recommendation.deal import NOTES, PAIN, Deal
from contentlib.recommendation.queries import NOTHING_RECOMMENDED, Recommendations, recommend
from contentlib.recommendation.service import SURFACE, Recommended
from contentlib.taxonomy.queries import Vocabulary, vocabulary
from web import receipts
from web.auth import viewer
from web.transaction import library, session


@dataclass(frozen=True, slots=True)
class DealAsked:
    """What a member wants content for: a deal of the CRM, or a text they pasted."""

    deal: Deal
    vocabulary: Vocabulary
    opportunity: str | None = None
    text: str = ""


def of_opportunity(public_id: str, args: MultiDict[str, str]) -> DealAsked:
    """Raises NotFound for a deal that this member may not know of."""
    words = vocabulary(session())
    facts = deal_facts(session(), viewer(), public_id)
    return DealAsked(_switched(understanding.of_opportunity(facts, words), args), words, public_id)


def of_text(text: str, args: MultiDict[str, str]) -> DealAsked:
    """Raises InvalidInput for a blank one."""
    words = vocabulary(session())
    return DealAsked(_switched(understanding.of_text(text, words), args), words, text=text)


def _switched(deal: Deal, args: MultiDict[str, str]) -> Deal:
    """The deal with what was unticked off: `use` are those ticked of the ones `shown`."""
    if "shown" not in args:
        return deal
    texts = {key for key, text in ((PAIN, deal.pain), (NOTES, deal.notes)) if text}
    return deal.without(
        frozenset(({chip.key for chip in deal.chips} | texts) - set(args.getlist("use")))
    )


@dataclass(frozen=True, slots=True)
class DealAnswer:
    """An answer as the page shows it. `token` goes into links, `receipt` to the script."""

    asked: DealAsked
    found: Recommendations
    recommended: Recommended
    token: str
    receipt: str


def answer(asked: DealAsked) -> DealAnswer:
    """Nothing switched on gives nothing. Raises IndexUnavailable."""
    who = viewer()
    found = NOTHING_RECOMMENDED
    if not asked.deal.is_blank:
        found = recommend(
            session(),
            library().index,
            library().permitted,
            who,
            deal=asked.deal,
            today=library().clock.now().date(),
            floor=library().settings.search_floor,
            words=asked.vocabulary,
        )
    recommended = Recommended(
        public_id=public_id(),
        deal=asked.deal.as_json(),
        asset_ids=tuple(result.line.id for result in found.results),
        confident=found.confident,
        confidence=found.confidence,
        opportunity_id=asked.deal.opportunity_id,
    )
    return DealAnswer(
        asked=asked,
        found=found,
        recommended=recommended,
        token=receipts.list_token(who, SURFACE, recommended.public_id),
        receipt=receipts.recommended_receipt(who, recommended),
    )


def answer_if_ready(asked: DealAsked) -> DealAnswer | None:
    """The answer, or None while the index cannot give one: the page stands without it."""
    try:
        return answer(asked)
    except IndexUnavailable:
        return None
