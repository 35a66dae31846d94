"""The one place that turns an error into an answer."""

import logging

from flask import Flask, current_app, jsonify, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from contentlib import errors

log = logging.getLogger(__name__)

_STATUS: tuple[tuple[type[errors.ContentlibError], int, str], ...] = (
    (errors.FileRefused, 422, "file_refused"),
    (errors.InvalidInput, 422, "invalid_input"),
    (errors.NotPermitted, 403, "not_permitted"),
    (errors.NotFound, 404, "not_found"),
    (errors.Conflict, 409, "conflict"),
    (errors.TooManyAttempts, 429, "too_many_attempts"),
    (errors.Unavailable, 503, "unavailable"),
    (errors.ContentlibError, 500, "internal"),
)

_HEADINGS = {
    400: "That request made no sense",
    401: "Please sign in",
    403: "That is not yours to do",
    404: "Nothing here",
    405: "That is not possible here",
    409: "That cannot be done now",
    413: "That is too large",
    422: "Something needs another look",
    429: "Slow down a little",
    500: "Something broke on our side",
    503: "Not available just now",
}

_SENTENCES = {
    404: "There is no such page.",
    405: "This address does not take such a request.",
    413: "The file is larger than this library takes.",
}
_SENTENCES_OF_API = {
    404: "There is nothing at this address.",
    413: "The body is larger than the API takes.",
    415: "Send the body as JSON, with Content-Type: application/json.",
}


def is_for_a_program() -> bool:
    """Whether the address is one of the API, or would be."""
    return request.path.startswith("/api/")


def wants_json() -> bool:
    """Whether the caller is a program or one of our own scripts."""
    if is_for_a_program():
        return True
    best = request.accept_mimetypes.best_match(["text/html", "application/json"])
    return best == "application/json"


def answer(
    status: int, code: str, sentence: str, fields: dict[str, str] | None = None
) -> ResponseReturnValue:
    """An error in the caller's form: JSON of the documented shape, or a page."""
    if wants_json():
        body = {"error": {"code": code, "message": sentence, "fields": fields or {}}}
        return jsonify(body), status
    heading = _HEADINGS.get(status, "That did not work")
    template = "error.html" if _signed_in() else "error_outside.html"
    page = render_template(
        template, status=status, heading=heading, sentence=sentence, fields=fields or {}
    )
    return page, status


def _signed_in() -> bool:
    if not hasattr(current_app, "login_manager"):
        return False  # the share links alone: nobody signs in, and nothing for it is loaded
    from flask_login import current_user

    return bool(current_user and current_user.is_authenticated)


def _ours(error: errors.ContentlibError) -> ResponseReturnValue:
    status, code = next((s, c) for kind, s, c in _STATUS if isinstance(error, kind))
    fields = error.fields if isinstance(error, errors.InvalidInput) else None
    response = make_response(answer(status, code, error.sentence, fields))
    if isinstance(error, errors.TooManyAttempts):
        response.headers["Retry-After"] = str(error.retry_after_s)
    return response


def _of_http(error: HTTPException) -> ResponseReturnValue:
    if error.response is not None or (error.code or 500) < 400:
        return make_response(error.get_response())
    status = error.code or 500
    sentences = {**_SENTENCES, **(_SENTENCES_OF_API if is_for_a_program() else {})}
    sentence = sentences.get(status, error.description or "That did not work.")
    response = make_response(answer(status, error.name.lower().replace(" ", "_"), sentence))
    for name, value in error.get_headers():
        if name in ("Allow", "WWW-Authenticate"):
            response.headers.add(name, value)
    return response


def _of_csrf(error: CSRFError) -> ResponseReturnValue:
    return answer(
        400, "csrf", "This page was open for too long. Load it again, then repeat the step."
    )


def _unexpected(error: Exception) -> ResponseReturnValue:
    log.exception("unexpected error at %s", request.path)
    return answer(
        500, "internal", "It has been noted. Try again; if it stays, tell your administrator."
    )


def init_app(app: Flask) -> None:
    app.register_error_handler(errors.ContentlibError, _ours)
    app.register_error_handler(CSRFError, _of_csrf)
    app.register_error_handler(HTTPException, _of_http)
    app.register_error_handler(Exception, _unexpected)
