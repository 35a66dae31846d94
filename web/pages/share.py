"""Sharing: the dialog, and one link with its rules and what its readers did."""

from dataclasses import replace
from datetime import date
from itertools import groupby
from typing import Any

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from contentlib.asset.candidate_queries import candidates
from contentlib.crm import queries as crm
from contentlib.engagement import queries as engagement
from contentlib.engagement.queries import PageReading
from contentlib.engagement.share_figures import ShareEngagement, of_shares
from contentlib.errors import InvalidInput
from contentlib.sending import queries as sends
from contentlib.sending import service as sending
from contentlib.sending.rules import sending_of
from contentlib.share import item_queries, presets, queries, service
from contentlib.share.batches import create_for_each
from contentlib.share.queries import ShareLine
from web.auth import requires, viewer
from web.errors import wants_json
from web.pages import share_form
from web.pages.share_form import ShareForm
from web.transaction import library, session

bp = Blueprint("share", __name__)

# So many deals are a list to choose from; more are searched.
FEW_DEALS = 20


@bp.get("/share/new")
@requires("share")
def new() -> ResponseReturnValue:
    """The dialog for one or more assets, perhaps filled in from a preset."""
    form = share_form.of_address(request.args)
    wanted = request.args.get("preset")
    if wanted:
        known = (line for line in presets.usable(session(), viewer()) if line.public_id == wanted)
        chosen = next(known, None)
        form = form if chosen is None else form.with_preset(chosen.rules)
    return _dialog(form)


@bp.post("/shares")
@requires("share")
def create() -> ResponseReturnValue:
    """Makes the link and lets it out the way that was chosen."""
    form = share_form.read(request)
    try:
        made, batch = _made(form)
    except InvalidInput as error:
        if wants_json():
            raise
        return _dialog(form, error), 422
    if batch is not None:
        page_of_it = url_for("share_list.batch", batch=batch, new=1)
    else:
        page_of_it = url_for("share.page", public_id=made[0], new=1)
    if wants_json():
        addresses = [library().share_address(public_id) for public_id in made]
        told = {"share": made[0], "address": "\n".join(addresses), "page": page_of_it}
        return jsonify(told), 201
    return redirect(page_of_it, 303)


@bp.get("/shares/<public_id>")
@requires("see own shares")
def page(public_id: str) -> ResponseReturnValue:
    """One link: its address and rules, and who read what of it."""
    share = queries.visible_share(session(), viewer(), public_id)
    items = item_queries.items_of(session(), share.id, today=_today())
    pages = engagement.pages_read(session(), share.id, [item.version_id for item in items])
    return render_template(
        "share.html",
        share=share,
        items=items,
        pages=_by_version(pages),
        visits=engagement.visits_of(session(), share.id),
        may_act=share.is_own or viewer().role == "admin",
        address=library().share_address(share.public_id),
        can_mail=library().mailer is not None,
        is_new=bool(request.args.get("new")),
        form=share_form.of_rules(share.rules, share.notice, library().settings.time_zone),
        expiries=share_form.EXPIRIES,
        today=_today(),
        **read_and_sent([share]),
    )


@bp.post("/shares/<public_id>/rules")
@requires("share")
def change_rules(public_id: str) -> ResponseReturnValue:
    """New rules for a link that is out. A passcode that is left blank stays as it was."""
    now, form = library().clock.now(), share_form.read(request)
    wanted = form.wanted_rules(now=now, zone=library().settings.time_zone)
    before = queries.visible_share(session(), viewer(), public_id).rules
    keeps_passcode = not form.passcode and request.form.get("no_passcode") != "yes"
    if keeps_passcode:
        wanted = replace(wanted, passcode_hash=before.passcode_hash)
    service.change_rules(
        session(),
        viewer=viewer(),
        share_public_id=public_id,
        wanted=wanted,
        notice=form.notice,
        can_mail=library().mailer is not None,
        now=now,
    )
    return _back(public_id, "Changed: the rules hold from the next visit on.")


@bp.post("/shares/<public_id>/sent")
@requires("share")
def declare(public_id: str) -> ResponseReturnValue:
    """The rep's word that the link went out."""
    sending.declare(
        session(), viewer=viewer(), share_public_id=public_id, now=library().clock.now()
    )
    return _back(public_id, "Noted: you sent it. It counts as declared.")


@bp.post("/shares/<public_id>/mail")
@requires("share")
def mail(public_id: str) -> ResponseReturnValue:
    _refuse_without_mailer()
    service.mail(
        session(),
        viewer=viewer(),
        share_public_id=public_id,
        subject=request.form.get("subject", ""),
        body=request.form.get("message", ""),
        now=library().clock.now(),
    )
    return _back(public_id, "The mail is on its way; it counts as sent once the server took it.")


@bp.post("/shares/<public_id>/revocation")
@requires("share")
def revoke(public_id: str) -> ResponseReturnValue:
    service.revoke(session(), viewer=viewer(), share_public_id=public_id, now=library().clock.now())
    return _back(public_id, "Revoked: the link admits nobody from now on.")


def read_and_sent(lines: list[ShareLine]) -> dict[str, Any]:
    """How links were read and how they were sent, by share id. Five statements."""
    ids = [line.id for line in lines]
    read = of_shares(session(), ids)
    stored = sends.evidence_of_shares(session(), ids)
    shown = {share_id: read.get(share_id, ShareEngagement()) for share_id in ids}
    sent = {i: sending_of(stored.get(i), human_visits=shown[i].visits) for i in ids}
    return {"read": shown, "sent": sent, "now": library().clock.now()}


def _made(form: ShareForm) -> tuple[list[str], str | None]:
    """The public ids of the new link, or of one a recipient and their batch; let out the way
    that was chosen."""
    now = library().clock.now()
    if form.way == "mail":
        _refuse_without_mailer()
    wanted: dict[str, Any] = {
        "viewer": viewer(),
        "asset_public_ids": form.assets,
        "recipients": form.wanted_recipients(),
        "opportunity_public_id": form.opportunity or None,
        "message": form.message,
        "wanted_rules": form.wanted_rules(now=now, zone=library().settings.time_zone),
        "notice": form.notice,
        "can_mail": library().mailer is not None,
        "now": now,
    }
    if form.each == "yes":
        made = create_for_each(session(), **wanted)
    else:
        made = [service.create(session(), **wanted)]
    for share in made:
        _let_out(form, share.public_id)
    return [share.public_id for share in made], made[0].batch


def _let_out(form: ShareForm, public_id: str) -> None:
    now = library().clock.now()
    if form.way == "mail":
        service.mail(
            session(),
            viewer=viewer(),
            share_public_id=public_id,
            subject=form.subject,
            body=form.message,
            now=now,
        )
    elif form.way == "sent":
        sending.declare(session(), viewer=viewer(), share_public_id=public_id, now=now)


def _refuse_without_mailer() -> None:
    if library().mailer is None:
        raise InvalidInput("No mail server is set up here: copy the link instead.")


def _dialog(form: ShareForm, error: InvalidInput | None = None) -> str:
    if not form.assets:
        return render_template("share_nothing.html")
    chosen = candidates(session(), viewer(), form.assets, today=_today())
    deals = crm.listed(session(), viewer(), limit=FEW_DEALS)
    deal = None
    if form.opportunity:
        deal = crm.visible_opportunity(session(), viewer(), form.opportunity).line
    return render_template(
        "share_new.html",
        form=form,
        chosen=chosen,
        refused=[one for one in chosen if one.refusal],
        deals=deals,
        deal=deal,
        expiries=share_form.EXPIRIES,
        presets=presets.usable(session(), viewer()),
        can_mail=library().mailer is not None,
        today=_today(),
        error=error,
    )


def _by_version(pages: list[PageReading]) -> list[tuple[int, list[PageReading]]]:
    """Version number and its pages, for each asset version that was shown or read."""
    of_one = groupby(pages, key=lambda page: (page.asset_public_id, page.version_number))
    return [(number, list(group)) for (_, number), group in of_one]


def _back(public_id: str, sentence: str) -> ResponseReturnValue:
    flash(sentence, "good")
    return redirect(url_for("share.page", public_id=public_id), 303)


def _today() -> date:
    return library().clock.now().date()
