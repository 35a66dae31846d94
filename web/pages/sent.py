"""What a member sent, as far as it was seen: to look at, and to put right."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from contentlib.crm import queries as crm
from contentlib.engagement.share_figures import ShareEngagement, of_shares
from contentlib.errors import InvalidInput
from contentlib.sending import corrections, own_queries
from web.auth import requires, viewer
from web.pages.sign_in import own_path
from web.transaction import library, session

bp = Blueprint("sent", __name__, url_prefix="/sent")

_PER_PAGE = 30
_MOST_DEALS = 100


@bp.get("")
@requires("see own shares")
def mine() -> ResponseReturnValue:
    """Own messages, newest first, and the attachments that wait for a word."""
    offset = max(0, request.args.get("offset", 0, type=int))
    messages, total = own_queries.sent_by(session(), viewer(), limit=_PER_PAGE, offset=offset)
    links = [a.share_id for m in messages for a in m.assets if a.share_id is not None]
    waiting, waiting_total = own_queries.to_look_at(session(), viewer())
    return render_template(
        "sent.html",
        messages=messages,
        read=of_shares(session(), links),
        unread=ShareEngagement(),
        waiting=waiting,
        waiting_total=waiting_total,
        deals=crm.listed(session(), viewer(), only_own=True, limit=_MOST_DEALS).lines,
        total=total,
        offset=offset,
        limit=_PER_PAGE,
    )


@bp.post("/<key>/assets")
@requires("see own shares")
def put_right(key: str) -> ResponseReturnValue:
    """One asset of a message, or with none named the whole of it: sent, or not."""
    was_sent = request.form.get("was_sent")
    if was_sent not in ("yes", "no"):
        raise InvalidInput("Say whether it was sent.", {"was_sent": "yes or no"})
    corrections.say_whether_sent(
        session(),
        viewer=viewer(),
        message_key=key,
        asset_public_id=request.form.get("asset") or None,
        was_sent=was_sent == "yes",
        now=library().clock.now(),
    )
    told = "counts as sent again" if was_sent == "yes" else "does not count as sent any more"
    return _back(f"Put right: it {told}.")


@bp.post("/<key>/deal")
@requires("see own shares")
def name_deal(key: str) -> ResponseReturnValue:
    """Which deal the message was about; none named: none."""
    corrections.say_which_deal(
        session(),
        viewer=viewer(),
        message_key=key,
        opportunity_public_id=request.form.get("deal") or None,
        now=library().clock.now(),
    )
    return _back("Put right: the deal is changed.")


@bp.post("/attachments/<public_id>")
@requires("see own shares")
def name_attachment(public_id: str) -> ResponseReturnValue:
    """What a doubtful attachment was: one of the versions it may be, or none of them."""
    chosen = request.form.get("version", "")
    if chosen != "none" and not chosen.isdecimal():
        raise InvalidInput("Choose what it was, or “none of these”.", {"version": "Choose one."})
    corrections.say_what_it_was(
        session(),
        viewer=viewer(),
        review_public_id=public_id,
        version_id=None if chosen == "none" else int(chosen),
        now=library().clock.now(),
    )
    told = "it was none of ours" if chosen == "none" else "it counts as sent"
    return _back(f"Thank you: {told}.")


def _back(sentence: str) -> ResponseReturnValue:
    flash(sentence, "good")
    return redirect(own_path(request.form.get("back", ""), home=url_for("sent.mine")), 303)
