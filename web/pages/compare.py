"""Two assets side by side: what they are, how alike, how used, and what each says to a question."""

from dataclasses import dataclass
from datetime import date

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from contentlib.asset.queries import AssetDetail, AssetLine, visible_asset
from contentlib.search.queries import Match, matches_in
from contentlib.search.similar import compared
from contentlib.sending.team_queries import Totals
from contentlib.taxonomy.queries import vocabulary
from web import asset_form
from web.auth import requires, viewer
from web.pages.asset import USED_WITHIN_DAYS, use_of
from web.transaction import library, session

bp = Blueprint("compare", __name__)

_WHOSE = {"rep": "by your team", "manager": "by your teams", "marketer": "by reps"}


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two, with its use and the passages that fit the question."""

    detail: AssetDetail
    use: Totals
    matches: tuple[Match, ...]

    @property
    def line(self) -> AssetLine:
        return self.detail.line


@bp.get("/compare")
@requires("search")
def page() -> ResponseReturnValue:
    """The two assets of the address; without exactly two, how to choose them."""
    wanted = list(dict.fromkeys(request.args.getlist("asset")))
    if len(wanted) != 2:
        return render_template("compare_nothing.html", chosen=len(wanted))
    words, today = request.args.get("q", "").strip()[:500], library().clock.now().date()
    one, other = (_side(public_id, words, today) for public_id in wanted)
    return render_template(
        "compare.html",
        one=one,
        other=other,
        alike=compared(session(), library().index, one.line.id, other.line.id),
        facets=vocabulary(session()).facets,
        agreed=_agreed(one.line, other.line),
        rights=asset_form.RIGHTS,
        whose=_WHOSE.get(viewer().role, "by everybody"),
        days=USED_WITHIN_DAYS,
        words=words,
        deal=request.args.get("opportunity") or None,
        today=today,
    )


def _side(public_id: str, words: str, today: date) -> Side:
    detail = visible_asset(session(), viewer(), public_id, today=today, pages=False)
    index = library().index
    matches = matches_in(session(), index, detail.line.id, text=words) if words else ()
    return Side(detail, use_of(detail.line.id).totals, matches)


def _agreed(one: AssetLine, other: AssetLine) -> frozenset[int]:
    """Ids of the terms that both carry."""
    return frozenset(term.id for term in one.terms) & {term.id for term in other.terms}
