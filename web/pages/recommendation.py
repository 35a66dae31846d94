"""What fits a deal: for one of the CRM, or for a text that is pasted; and asking marketing."""

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from contentlib.action import service as action
from contentlib.crm import queries as crm
from contentlib.errors import InvalidInput
from web import receipts, recommending, recording
from web.auth import requires, viewer
from web.recommending import DealAnswer, DealAsked
from web.transaction import library, only_reads, session

bp = Blueprint("recommendation", __name__)

_DEALS_AT_HAND = 8


@bp.get("/recommend")
@requires("search")
def start() -> ResponseReturnValue:
    """Where to begin: the member's open deals, or a text to paste."""
    return _page()


@bp.post("/recommend")
@requires("search")
def of_text() -> ResponseReturnValue:
    """What fits a mail thread or call notes. Posted, so that they stand in no address or log."""
    only_reads()
    text = request.form.get("text", "")
    try:
        asked = recommending.of_text(text, request.form)
    except InvalidInput as refusal:
        return _page(refusal=refusal, text=text), 422
    if "fragment" in request.form:
        return _part(asked)
    answer = recommending.answer_if_ready(asked)
    if answer is None:
        return _page(asked=asked, text=text), 503
    recording.settled_recommendation(viewer(), answer.recommended)
    return _page(asked=asked, answer=answer, text=text)


@bp.get("/opportunities/<public_id>/recommended")
@requires("see opportunities")
def of_opportunity(public_id: str) -> ResponseReturnValue:
    """What fits a deal of the CRM, as part of its page."""
    asked = recommending.of_opportunity(public_id, request.args)
    if "fragment" in request.args:
        return _part(asked)
    use, shown = request.args.getlist("use"), request.args.get("shown")
    return redirect(url_for("opportunity.page", public_id=public_id, use=use, shown=shown))


@bp.post("/recommend/settled")
@requires("search")
def settle() -> ResponseReturnValue:
    """The script's word that an answer stood unchanged for a second, or a result was opened."""
    told = request.get_json(silent=True)
    receipt = told.get("receipt") if isinstance(told, dict) else None
    if not isinstance(receipt, str):
        raise InvalidInput("There is no receipt.", {"receipt": "Missing."})
    shown = receipts.read_recommended_receipt(viewer(), receipt)
    if not recording.settled_recommendation(viewer(), shown):
        return jsonify(settled=False), 503
    return jsonify(settled=True)


@bp.post("/recommend/request")
@requires("search")
def ask_for() -> ResponseReturnValue:
    """A request to marketing that carries the deal: a content gap somebody told of."""
    deal_id, text = request.form.get("opportunity"), request.form.get("about", "")
    if deal_id:
        asked = recommending.of_opportunity(deal_id, request.form)
    else:
        asked = recommending.of_text(text, request.form)
    action.request_content(
        session(),
        viewer=viewer(),
        text=request.form.get("text", ""),
        context={"deal": asked.deal.as_json()},
        opportunity_id=asked.deal.opportunity_id,
        now=library().clock.now(),
    )
    flash("Marketing has your request, with the deal it is for.", "good")
    if deal_id:
        return redirect(url_for("opportunity.page", public_id=deal_id), 303)
    return redirect(url_for(".start"), 303)


def _part(asked: DealAsked) -> ResponseReturnValue:
    """The answer alone, for the script that swaps it in."""
    answer = recommending.answer_if_ready(asked)
    today = library().clock.now().date()
    page = render_template(
        "_recommended.html", asked=asked, answer=answer, is_settled=False, today=today
    )
    return page if answer else (page, 503)


def _page(
    *,
    asked: DealAsked | None = None,
    answer: DealAnswer | None = None,
    refusal: InvalidInput | None = None,
    text: str = "",
) -> str:
    who = viewer()
    deals = None
    if who.can("see opportunities"):
        deals = crm.listed(session(), who, only_own=who.role == "rep", limit=_DEALS_AT_HAND)
    return render_template(
        "recommend.html",
        deals=deals,
        text=text,
        refusal=refusal,
        asked=asked,
        answer=answer,
        is_settled=True,
        today=library().clock.now().date(),
    )
