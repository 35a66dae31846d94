"""Networks that say who asks: our own offices, and machines that an operator knows. For admins."""

from itertools import groupby

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from contentlib.engagement.machines import ListedRange, listed_ranges
from contentlib.engagement.networks import reaches_back
from contentlib.errors import Conflict, InvalidInput
from contentlib.workspace import queries, service
from web.auth import requires, viewer
from web.transaction import library, session

bp = Blueprint("network", __name__, url_prefix="/networks")


@bp.get("")
@requires("manage members")
def listed() -> ResponseReturnValue:
    """Both lists, the project's own ranges, and what changes did to past visits.

    `?cidr=` is put into the form for machines, so that a network can be marked from elsewhere.
    """
    return _page()


@bp.post("/offices")
@requires("manage members")
def add_office() -> ResponseReturnValue:
    """One more network whose visitors are colleagues."""
    try:
        added = service.add_own_network(
            session(),
            actor=viewer().email,
            cidr=request.form.get("cidr", ""),
            label=request.form.get("label", ""),
            now=library().clock.now(),
        )
    except (InvalidInput, Conflict) as refusal:
        return _page(refused="office", refusal=refusal), 422
    return _done(f"Visits from {added.cidr} are colleagues'. {_reach(added.cidr)}")


@bp.post("/offices/<int:network_id>/remove")
@requires("manage members")
def remove_office(network_id: int) -> ResponseReturnValue:
    """Visits from there count again."""
    cidr = service.remove_own_network(
        session(), actor=viewer().email, network_id=network_id, now=library().clock.now()
    )
    return _done(f"Visits from {cidr} count again. Past ones are being judged anew.")


@bp.post("/machines")
@requires("manage members")
def add_machines() -> ResponseReturnValue:
    """One more network from which machines ask."""
    try:
        added = service.add_machine_network(
            session(),
            actor=viewer().email,
            cidr=request.form.get("cidr", ""),
            label=request.form.get("label", ""),
            certainty=request.form.get("certainty", ""),
            now=library().clock.now(),
        )
    except (InvalidInput, Conflict) as refusal:
        return _page(refused="machine", refusal=refusal), 422
    how = "certainly" if added.certainty == "certain" else "probably"
    return _done(f"Visits from {added.cidr} are {how} machines'. {_reach(added.cidr)}")


@bp.post("/machines/<int:network_id>/remove")
@requires("manage members")
def remove_machines(network_id: int) -> ResponseReturnValue:
    """Whoever asks from there is judged like anybody."""
    cidr = service.remove_machine_network(
        session(), actor=viewer().email, network_id=network_id, now=library().clock.now()
    )
    return _done(f"{cidr} is taken off the list. Past visits are being judged anew.")


def _reach(cidr: str) -> str:
    if reaches_back(cidr):
        return "Past ones are being judged anew."
    return "It is narrower than what is kept of past addresses, so it holds from now on only."


def _done(sentence: str) -> ResponseReturnValue:
    flash(sentence, "good")
    return redirect(url_for("network.listed"), 303)


def _page(*, refused: str = "", refusal: InvalidInput | Conflict | None = None) -> str:
    """Three reads."""
    given = {"machine": {"cidr": request.args.get("cidr", "")}, "office": {}}
    if refused:
        given[refused] = request.form.to_dict()
    return render_template(
        "network.html",
        offices=queries.own_network_lines(session()),
        machines=queries.machine_network_lines(session()),
        rejudgements=queries.rejudgements(session()),
        built_in=_built_in(),
        reaches_back=reaches_back,
        kept_days=library().settings.hit_retention_days,
        refused=refused,
        refusal=refusal.sentence if refusal else "",
        wrong=refusal.fields if isinstance(refusal, InvalidInput) else {},
        given=given,
    )


def _built_in() -> list[tuple[ListedRange, list[str]]]:
    """The entries of the project's list, each with its ranges."""
    by_entry = groupby(listed_ranges(), key=lambda entry: entry.id)
    grouped = [list(entries) for _, entries in by_entry]
    return [(entries[0], [str(entry.range) for entry in entries]) for entries in grouped]
