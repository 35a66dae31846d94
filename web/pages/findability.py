"""How one asset is found, where it is not, and the terms that would help it."""

import inspect
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from contentlib.asset import service, suggesting
from contentlib.asset.queries import AssetLine, visible_asset
from contentlib.errors import Conflict, IndexUnavailable, InvalidInput, NotFound
from contentlib.insight.findability.asked import (
    MOST_DEALS,
    DealStanding,
    Question,
    questions_it_should_win,
    stands_for_deals,
)
from contentlib.insight.findability.deal_queries import told_deals
from contentlib.insight.findability.duplicates import NearDuplicate, near_duplicates
from contentlib.insight.findability.queries import came_up
from contentlib.insight.findability.sent_queries import findability
from contentlib.insight.findability.standing import Standing, standings
from contentlib.insight.window import Window, default_window
from contentlib.search.tagging import (
    Suggestion,
    suggestions_for,
    untagged_counts,
)
from contentlib.search.tagging import (
    untagged as without_term,
)
from contentlib.taxonomy.queries import Vocabulary, vocabulary
from web import reports
from web.auth import requires, viewer
from web.transaction import library, session

bp = Blueprint("findability", __name__)

_LONGEST = 500
_PAGE = 25
_DAYS = (30, 90, 365)


@bp.get("/assets/<public_id>/findability")
@requires("see reports")
def page(public_id: str) -> ResponseReturnValue:
    who, today, words, window = viewer(), _today(), vocabulary(session()), _window()
    line = visible_asset(session(), who, public_id, today=today, pages=False).line
    question = " ".join(request.args.get("q", "").replace("\x00", "").split())[:_LONGEST]
    index, cache = library().index, library().permitted
    problem = ""
    tried: Standing | None = None
    suggestions: tuple[Suggestion, ...] = ()
    duplicates: tuple[NearDuplicate, ...] = ()
    try:
        duplicates = near_duplicates(session(), index, cache, who, line, window=window, today=today)
        of = suggestions_for(session(), index, cache, who, [line], today=today, words=words)
        suggestions = of[line.id]
        tried = _asked(line, [question], words)[0] if question else None
    except IndexUnavailable as error:
        problem = error.sentence
    return render_template(
        "findability.html",
        line=line,
        came=came_up(session(), who, line.id, window=window, words=words),
        question=question,
        tried=tried,
        suggestions=suggestions,
        facet_labels={facet.key: facet.label for facet in words.facets},
        lacking=[f for f in words.facets if f.terms and not line.labels(f.key)],
        duplicates=duplicates,
        problem=problem,
        **_frame(window),
    )


@bp.get("/assets/<public_id>/findability/asked-again")
@requires("see reports")
def asked_again(public_id: str) -> ResponseReturnValue:
    """The questions and deals it should win, asked again; loaded after the page."""
    who, today, words, window = viewer(), _today(), vocabulary(session()), _window()
    line = visible_asset(session(), who, public_id, today=today, pages=False).line
    questions = questions_it_should_win(session(), who, line, window=window, words=words)
    missed = findability(session(), who, line.id, window=window).missed[:MOST_DEALS]
    told = told_deals(session(), who, missed, words)
    problem = ""
    asked: list[Asked] = []
    deals: tuple[DealStanding, ...] = ()
    try:
        found = _asked(line, [question.text for question in questions], words)
        asked = [Asked(q, s) for q, s in zip(questions, found, strict=True)]
        deals = stands_for_deals(
            session(),
            library().index,
            library().permitted,
            who,
            line,
            [told[deal_id] for deal_id in missed if deal_id in told],
            today=today,
            floor=library().settings.search_floor,
            words=words,
        )
    except IndexUnavailable as error:
        problem = error.sentence
    is_part = request.args.get("fragment") == "1"
    return render_template(
        "_findability_again.html" if is_part else "findability_again.html",
        line=line,
        behind=[one for one in asked if not one.standing.is_first_three],
        ahead=[one for one in asked if one.standing.is_first_three],
        deals=deals,
        problem=problem,
        **_frame(window),
    )


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that reps asked, and where the asset stands in its answer today."""

    question: Question
    standing: Standing


def _asked(line: AssetLine, questions: list[str], words: Vocabulary) -> tuple[Standing, ...]:
    return standings(
        session(),
        library().index,
        library().permitted,
        line,
        questions,
        today=_today(),
        words=words,
        spelling=library().spelling,
    )


@bp.post("/assets/<public_id>/suggestions")
@requires("publish")
def answer(public_id: str) -> ResponseReturnValue:
    """Adds a suggested term, or keeps that it does not fit."""
    asset = service.for_change(session(), viewer(), public_id, today=_today())
    term_id, now = request.form.get("term", 0, type=int), library().clock.now()
    who = viewer().member_id
    if request.form.get("do") == "refuse":
        refused = suggesting.refuse_term(
            session(), asset=asset, term_id=term_id, member_id=who, now=now
        )
        flash(f"“{refused.label}” is not suggested for this asset again.", "good")
    else:
        added = suggesting.add_terms(
            session(), asset=asset, term_ids=[term_id], member_id=who, now=now
        )
        flash(
            f"Added: {', '.join(term.label for term in added)}." if added else "It has that term.",
            "good",
        )
    return redirect(_back(public_id), 303)


def _back(public_id: str) -> str:
    """The list that the form stood in, or the asset's page."""
    facet = request.form.get("facet", "")
    if facet:
        offset = request.form.get("offset", 0, type=int)
        return url_for(".untagged", facet=facet, offset=offset or None)
    return url_for(".page", public_id=public_id, _anchor="suggestions")


@bp.get("/library/untagged")
@requires("publish")
def untagged() -> ResponseReturnValue:
    """Assets without a term in a facet, with suggestions."""
    who, today, words = viewer(), _today(), vocabulary(session())
    counts = untagged_counts(session(), who, today=today)
    facets = [facet for facet in words.facets if facet.terms]
    asked = request.args.get("facet") or next((f.key for f in facets if counts[f.key]), "")
    facet = next((f for f in facets if f.key == asked), None)
    if facet is None and request.args.get("facet"):
        raise NotFound("There is no such facet.")
    offset = max(0, request.args.get("offset", 0, type=int))
    key = facet.key if facet else ""
    listing = without_term(session(), who, key, today=today, offset=offset, limit=_PAGE)
    problem, suggestions = "", {}
    try:
        suggestions = suggestions_for(
            session(),
            library().index,
            library().permitted,
            who,
            listing.lines,
            today=today,
            words=words,
            facets=[key],
        )
    except IndexUnavailable as error:
        problem = error.sentence
    return render_template(
        "findability_untagged.html",
        facets=facets,
        facet=facet,
        counts=counts,
        listing=listing,
        suggestions=suggestions,
        problem=problem,
        offset=offset,
        limit=_PAGE,
        today=today,
    )


@bp.post("/library/untagged")
@requires("publish")
def add_ticked() -> ResponseReturnValue:
    """Adds every ticked suggestion; one that cannot be added is told and stops no other."""
    ticked = _ticked(request.form.getlist("add"))
    if not ticked:
        raise InvalidInput("Nothing is ticked.", {"add": "Tick the terms to add."})
    now, count, refusals = library().clock.now(), 0, []
    for public_id, term_ids in ticked.items():
        try:
            asset = service.for_change(session(), viewer(), public_id, today=_today())
            added = suggesting.add_terms(
                session(), asset=asset, term_ids=term_ids, member_id=viewer().member_id, now=now
            )
            count += len(added)
        except (Conflict, InvalidInput, NotFound) as refusal:
            refusals.append(refusal.sentence)
    flash(f"{count} {'term' if count == 1 else 'terms'} added.", "good")
    for sentence in dict.fromkeys(refusals):
        flash(sentence, "warm")
    offset = request.form.get("offset", 0, type=int)
    return redirect(
        url_for(".untagged", facet=request.form.get("facet") or None, offset=offset or None), 303
    )


def _ticked(values: list[str]) -> dict[str, list[int]]:
    """Asset's public id -> term ids, from values such as "a1b2:17"; what is none is left out."""
    found: dict[str, list[int]] = {}
    for value in values:
        public_id, _, term_id = value.partition(":")
        if term_id.isascii() and term_id.isdigit() and len(term_id) < 19:
            found.setdefault(public_id, []).append(int(term_id))
    return found


def _today() -> date:
    return library().clock.now().date()


def _window() -> Window:
    return reports.window_of(library(), request.args.get("from"), request.args.get("to"))


def _frame(window: Window) -> dict[str, Any]:
    now, zone = library().clock.now(), library().settings.time_zone
    told = (inspect.getdoc(findability) or "").rpartition("\n\n")[0]
    return {
        "window": window,
        "chosen": {"from": window.first_day.isoformat(), "to": window.last_day.isoformat()},
        "windows": {d: default_window(now=now, days=d, time_zone=zone) for d in _DAYS},
        "definition": " ".join(told.split()),
        "today": now.date(),
    }
