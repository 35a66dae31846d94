"""What fits a deal, for programs: a CRM, a mail client, an assistant."""

import time
from collections.abc import Mapping
from typing import Any

from flask import Blueprint
from pydantic import ConfigDict, Field, model_validator
from sqlalchemy.orm import Session

from contentlib.crm.deal_queries import deal_facts
from contentlib.ids import public_id
from contentlib.recommendation import understanding
from contentlib.recommendation.deal import Chip, Deal
from contentlib.recommendation.queries import Recommendation, recommend
from contentlib.recommendation.service import Recommended
from contentlib.taxonomy.queries import Vocabulary, vocabulary
from web.api import recording
from web.api.bearer import viewer
from web.api.operation import operation
from web.api.shapes import Answer, AnyJson, PassageFound, Question, ReasonGiven, Words
from web.transaction import library

bp = Blueprint("recommendations", __name__)

_Said = Words | list[Words] | None


class DealFields(Question):
    """A deal in fields. A facet takes a term or several, by key, label or synonym; other words
    count as words. What means nothing to the library is ignored, and reported in `ignored`.
    """

    model_config = ConfigDict(extra="allow", frozen=True)

    industry: _Said = None
    region: _Said = None
    stage: _Said = None
    product: _Said = None
    competitor: _Said = None
    persona: _Said = None
    use_case: _Said = None
    employees: int | Words | None = Field(default=None, description="How many people they are")
    customer: Words | None = Field(
        default=None, description="Who it is for: never suggested a story about themselves"
    )
    pain: Words | None = Field(default=None, description="Their problem, in short")
    notes: Words | None = Field(default=None, description="What was written down")

    __pydantic_extra__: dict[str, AnyJson]


class NewRecommendation(Question):
    """What it is asked for: exactly one of `opportunity`, `deal` and `text`."""

    opportunity: Words | None = Field(default=None, min_length=1, description="Id of a deal")
    deal: DealFields | None = None
    text: Words | None = Field(
        default=None,
        min_length=1,
        max_length=understanding.LONGEST_TEXT,
        description="A pasted mail thread, or notes of a call",
    )
    switched_off: list[Words] = Field(
        default=[], max_length=100, description="Keys of `understood` that shall not count"
    )
    limit: int = Field(default=10, ge=1, le=50, description="Results")
    preview: bool = Field(
        default=False, description="Nobody has settled on it: nothing is recorded"
    )

    @model_validator(mode="after")
    def _asks_one_way(self) -> "NewRecommendation":
        if sum(way is not None for way in (self.opportunity, self.deal, self.text)) != 1:
            raise ValueError("give exactly one of opportunity, deal and text")
        return self


class Understood(Answer):
    """One thing understood of the deal."""

    key: str = Field(description="For `switched_off`")
    facet: str
    facet_label: str
    label: str
    source: str = Field(description="Where it stands: account, deal, contacts, notes or given")
    in_vocabulary: bool
    is_on: bool


class RecommendedAsset(Answer):
    """An asset to send, and why."""

    asset_id: str
    external_id: str | None
    title: str
    score: float
    confident: bool = Field(description="Whether it fits, rather than being the nearest there is")
    reasons: list[ReasonGiven] = Field(description="Strongest first, cautions last")
    passage: PassageFound | None
    copies: list[str] = Field(description="Ids of near-copies that it stands for")


class RecommendationAnswer(Answer):
    """What was understood, and what fits it, best first."""

    id: str = Field(description="Of this recommendation")
    understood: list[Understood]
    ignored: list[str] = Field(description="Keys of `deal` that mean nothing to the library")
    results: list[RecommendedAsset]
    confident: bool = Field(description="false: nothing here fits, these are the nearest")
    confidence: float = Field(description="The best fit among the first three")
    took_ms: float


@bp.post("/recommendations")
@operation("recommend", body=NewRecommendation, answer=RecommendationAnswer, failures=(404, 503))
def recommend_assets(body: NewRecommendation) -> RecommendationAnswer:
    """The assets to send for a deal, each with its reasons.

    The deal is one of the CRM's, or told in fields, or as a text from which it is understood.
    Counts as a recommendation to the token's member, and its results as shown, unless `preview`
    is set.
    """
    begun = time.perf_counter()
    # it only reads: a session of the request would hold the write lock while the index answers
    with library().database.reading() as session:
        words = vocabulary(session)
        deal = _deal(session, body, words).without(frozenset(body.switched_off))
        found = recommend(
            session,
            library().index,
            library().permitted,
            viewer(),
            deal=deal,
            today=library().clock.now().date(),
            floor=library().settings.search_floor,
            limit=body.limit,
            words=words,
        )
    took_ms = (time.perf_counter() - begun) * 1000
    recommended = Recommended(
        public_id=public_id(),
        deal=deal.as_json(),
        asset_ids=tuple(result.line.id for result in found.results),
        confident=found.confident,
        confidence=found.confidence,
        opportunity_id=deal.opportunity_id,
        surface=recording.SURFACE,
    )
    if not body.preview:
        recording.recommended(recommended)
    return RecommendationAnswer(
        id=recommended.public_id,
        understood=[_understood(chip) for chip in deal.chips],
        ignored=list(deal.ignored),
        results=[_recommended(result) for result in found.results],
        confident=found.confident,
        confidence=round(found.confidence, 6),
        took_ms=round(took_ms, 1),
    )


def _deal(session: Session, body: NewRecommendation, words: Vocabulary) -> Deal:
    if body.opportunity is not None:
        facts = deal_facts(session, viewer(), body.opportunity)
        return understanding.of_opportunity(facts, words)
    if body.deal is not None:
        return understanding.of_fields(body.deal.model_dump(exclude_unset=True), words)
    return understanding.of_text(body.text or "", words)


def _understood(chip: Chip) -> Understood:
    return Understood(
        key=chip.key,
        facet=chip.facet,
        facet_label=chip.facet_label,
        label=chip.label,
        source=chip.source,
        in_vocabulary=chip.term is not None,
        is_on=chip.is_on,
    )


def _recommended(result: Recommendation) -> RecommendedAsset:
    return RecommendedAsset(
        asset_id=result.line.public_id,
        external_id=result.line.external_id,
        title=result.line.title,
        score=round(result.score, 6),
        confident=result.confident,
        reasons=[
            ReasonGiven(kind=reason.kind, text=reason.text, **_outside(reason.facts))
            for reason in result.reasons
        ],
        passage=PassageFound.of(result.passage),
        copies=[line.public_id for line in result.copies],
    )


def _outside(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Without the ids of our tables, which mean nothing to anybody else."""
    return {key: value for key, value in facts.items() if not key.endswith("_id")}
