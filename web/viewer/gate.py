"""The gates of a link as a visitor meets them: passcode, address and code; a word to the sender.

What is posted here counts for the visitor alone, and no session cookie is set before it is
needed; so there is no form token, and the browser's own word for where the form stood is taken.
"""

from dataclasses import dataclass
from re import fullmatch
from urllib.parse import urlsplit

from flask import (
    Blueprint,
    Response,
    abort,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue

from contentlib.errors import InvalidInput, TooManyAttempts
from contentlib.ids import read_token
from contentlib.share import codes, gates, service
from contentlib.share.gates import Gate
from contentlib.share.rules import normalised_address
from web.security import csrf
from web.transaction import library, session
from web.viewer import guesses, proofs
from web.viewer.entry import Entry, Gated, approach, for_anybody
from web.viewer.proofs import Carried

bp = Blueprint("gate", __name__)

# On a page with a form: under `no-referrer` a browser would not say where the form stood.
FORMS_REFERRER_POLICY = "same-origin"

_WRONG_PASSCODE = "That is not the passcode of this link."
_WRONG_CODE = (
    "That code does not open the link: it may have been mistyped, used or be over. "
    "You can ask for a new one."
)
_TEMPLATES: dict[Gate, str] = {
    "passcode": "viewer/gate_passcode.html",
    "email": "viewer/gate_email.html",
}


def page(token: str, gate: Gate, *, status: int = 200) -> ResponseReturnValue:
    """The gate before whatever was asked for; it tells nothing of what lies behind."""
    return _page(token, _TEMPLATES[gate], status=status)


def refusal(token: str, *, status: int) -> ResponseReturnValue:
    """The one page for every link that opens nothing, with a way to write to its sender."""
    answer = _page(token, "viewer/gone.html", status=status)
    if status == 429:
        answer.headers["Retry-After"] = str(guesses.TOKENS_WAIT_S)
    return answer


@bp.post("/<token>/passcode")
@for_anybody
@csrf.exempt
def give_passcode(token: str) -> ResponseReturnValue:
    """A right passcode opens its gate in this browser for twelve hours."""
    entry = _approached(token)
    if entry.gate != "passcode":
        return redirect(_back(token), 303)
    try:
        guesses.count("passcode", token)
    except TooManyAttempts as slow:
        return _page(token, _TEMPLATES["passcode"], status=429, slow=slow)
    rules = entry.door.rules
    if rules.passcode_hash is None or not gates.passcode_opens(
        rules, request.form.get("passcode", "")
    ):
        guesses.count_wrong_passcode(token)
        return _page(token, _TEMPLATES["passcode"], status=403, problem=_WRONG_PASSCODE)
    guesses.forget_passcode_tries(token)
    proved = entry.carried.with_passcode(gates.fingerprint(rules.passcode_hash), now=entry.now)
    return _opened(token, entry, proved)


@bp.post("/<token>/email")
@for_anybody
@csrf.exempt
def ask_for_code(token: str) -> ResponseReturnValue:
    """Has a code mailed where the rules allow it; the answer is the same where they do not."""
    entry = _at_email_gate(token)
    if entry is None:
        return redirect(_back(token), 303)
    email = request.form.get("email", "")
    asks, mailed = _TEMPLATES["email"], "viewer/gate_code.html"
    try:
        guesses.count("email", token)
        address = normalised_address(email)
        with library().database.unit_of_work() as writing:
            codes.ask(
                writing,
                share_id=entry.door.share_id,
                address=address,
                key=library().signing_key,
                now=entry.now,
            )
    except InvalidInput as wrong:
        return _page(token, asks, status=422, problem=wrong.sentence, email=email)
    except TooManyAttempts as slow:
        return _page(token, asks, status=429, slow=slow, email=email)
    return _page(token, mailed, email=address)


@bp.post("/<token>/code")
@for_anybody
@csrf.exempt
def enter_code(token: str) -> ResponseReturnValue:
    """A right code, used up by this, opens the gate in this browser for twelve hours."""
    entry = _at_email_gate(token)
    if entry is None:
        return redirect(_back(token), 303)
    email, form = request.form.get("email", ""), "viewer/gate_code.html"
    try:
        guesses.count("code", token)
        address = normalised_address(email)
    except InvalidInput as wrong:
        return _page(token, _TEMPLATES["email"], status=422, problem=wrong.sentence, email=email)
    except TooManyAttempts as slow:
        return _page(token, form, status=429, slow=slow, email=email)
    with library().database.unit_of_work() as writing:
        code_id = codes.enter(
            writing,
            share_id=entry.door.share_id,
            address=address,
            code=request.form.get("code", ""),
            key=library().signing_key,
            now=entry.now,
        )
    if code_id is None:
        return _page(token, form, status=403, problem=_WRONG_CODE, email=address)
    return _opened(token, entry, entry.carried.with_code(code_id, now=entry.now))


@bp.get("/<token>/passcode")
@bp.get("/<token>/email")
@bp.get("/<token>/code")
@bp.get("/<token>/ask")
@for_anybody
def loaded_again(token: str) -> ResponseReturnValue:
    """Where somebody loads the answer to a form once more: back to the link."""
    return redirect(_link(token))


@dataclass(frozen=True, slots=True)
class Asking:
    """What a visitor wrote to the sender of the link, as it was typed."""

    name: str
    email: str
    text: str


@bp.post("/<token>/ask")
@for_anybody
@csrf.exempt
def ask(token: str) -> ResponseReturnValue:
    """A word to whoever made the link; the answer is the same where there never was one.

    Not equal is one write: the words for a genuine link are stored before the answer leaves.
    """
    _refuse_from_elsewhere()
    asking = Asking(*(request.form.get(name, "") for name in ("name", "email", "text")))
    try:
        guesses.count("asking", token)
        service.ask_maker(
            session(),
            share_public_id=read_token(token, key=library().signing_key, purpose="share"),
            email=asking.email,
            name=asking.name,
            text=asking.text,
            now=library().clock.now(),
        )
    except InvalidInput as wrong:
        return _page(
            token, "viewer/gate_ask.html", status=422, problem=wrong.sentence, asking=asking
        )
    except TooManyAttempts as slow:
        return _page(token, "viewer/gate_ask.html", status=429, slow=slow, asking=asking)
    return _page(token, "viewer/asked.html")


def _approached(token: str) -> Entry:
    """The visitor of an open link, whatever they have proved. Raises Refused.

    A session of its own, as the writes of these views have: the answer waits for the hit writer,
    which waits for the write lock that a request's own would hold while a passcode is hashed.
    """
    _refuse_from_elsewhere()
    with library().database.reading() as reading:
        entry = approach(library(), reading, token)
    entry.record("gate", wait=False)
    return entry


def _at_email_gate(token: str) -> Entry | None:
    """The visitor, where the address is what they have to prove next; None where nothing is."""
    entry = _approached(token)
    if entry.gate == "passcode":
        raise Gated(entry.gate)
    return entry if entry.gate == "email" else None


def _opened(token: str, entry: Entry, proved: Carried) -> ResponseReturnValue:
    answer = make_response(redirect(_back(token), 303))
    proofs.give(
        answer,
        proved,
        share_public_id=entry.door.public_id,
        path=_link(token),
        key=library().signing_key,
        is_secure=library().settings.secure_cookies,
    )
    return answer


def _page(
    token: str,
    template: str,
    *,
    status: int = 200,
    problem: str = "",
    slow: TooManyAttempts | None = None,
    email: str = "",
    asking: Asking | None = None,
) -> Response:
    body = render_template(
        template,
        token=token,
        company=library().settings.company_name,
        problem=slow.sentence if slow else problem,
        email=email[:320],
        asking=asking,
        back=_back(token),
    )
    answer = make_response(body, status)
    answer.headers["Referrer-Policy"] = FORMS_REFERRER_POLICY
    if slow is not None:
        answer.headers["Retry-After"] = str(slow.retry_after_s)
    return answer


def _link(token: str) -> str:
    return url_for("viewer.opened", token=token)


def _back(token: str) -> str:
    """The page of this very link that was asked for first; else the link."""
    link = _link(token)
    wanted = request.form.get("back", request.path)
    page_of_it = fullmatch(r"/\d{1,6}/\d{1,6}", wanted.removeprefix(link))
    return wanted if wanted.startswith(link) and page_of_it else link


def _refuse_from_elsewhere() -> None:
    """Refuses a form that stood on another site: by what the browser says, which no page can
    change; one that says neither is no browser of these years."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        is_ours = site == "same-origin"
    else:
        ours = {_origin(request.host_url), _origin(library().settings.base_url)}
        is_ours = _origin(request.headers.get("Origin", "")) in ours
    if not is_ours:
        abort(400, "This form was not sent from its own page. Open the link again.")


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}".lower()
