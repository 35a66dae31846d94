"""What the browser extension asks of the library: pairing, the catalogue, its own well-being."""

from typing import Literal
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, after_this_request, request
from pydantic import Field

from contentlib.asset.addresses import (
    FRONT_PAGES,
    TRACKING_PARAMETERS,
    TRACKING_PREFIXES,
)
from contentlib.asset.snapshot_queries import snapshot
from contentlib.errors import NotFound
from contentlib.member import devices
from contentlib.member.device_queries import blind_sites, device_of_token
from contentlib.sending import coverage
from web.api import pairing_tries
from web.api.bearer import caller, viewer
from web.api.operation import operation
from web.api.shapes import Answer, Question, Words
from web.transaction import library, session

bp = Blueprint("extension", __name__, url_prefix="/extension")

Site = Literal["gmail", "outlook", "linkedin", "salesforce", "hubspot"]


class NewDevice(Question):
    """A browser that shows a code."""

    code: Words = Field(min_length=1, max_length=40, description="As the pairing page shows it")
    browser: Words = Field("", max_length=200, description="What it is, for the list of devices")
    version: Words = Field("", max_length=40, description="Of the extension")


class PairedMember(Answer):
    """For whom the device acts from now on."""

    name: str
    email: str


class PairedDevice(Answer):
    """The device and its token, which is to be had this once."""

    token: str
    device: str = Field(description="Its id")
    member: PairedMember
    library: str = Field(description="The company's name")


@bp.post("/pair")
@operation(None, body=NewDevice, answer=PairedDevice, status=201, failures=(404, 429))
def pair(body: NewDevice) -> PairedDevice:
    """Exchanges a one-time code for the token of a new device. Wrong codes are bounded."""
    pairing_tries.refuse_after_too_many()
    try:
        paired = devices.pair(
            session(),
            code=body.code,
            browser=body.browser,
            version=body.version,
            now=library().clock.now(),
        )
    except NotFound:
        pairing_tries.count_wrong()
        raise
    return PairedDevice(
        token=paired.secret,
        device=paired.device_public_id,
        member=PairedMember(name=paired.name, email=paired.email),
        library=library().settings.company_name,
    )


class Ended(Answer):
    """The token opens nothing any more."""

    device: str


@bp.delete("/device")
@operation("extension", answer=Ended, failures=(404,))
def unpair() -> Ended:
    """Ends the device whose token this is."""
    device = device_of_token(session(), caller().token_id)
    if device is None:
        raise NotFound("This token is no device's.")
    devices.unpair(
        session(),
        actor=viewer(),
        device_public_id=device.public_id,
        now=library().clock.now(),
    )
    return Ended(device=device.public_id)


class CataloguedAsset(Answer):
    """What may be said of an asset."""

    title: str
    current: int = Field(description="Number of its current version")
    can_send: bool


class TrackingParameters(Answer):
    """Parameters of addresses that change nothing of the page."""

    names: list[str]
    prefixes: list[str]


class Catalogue(Answer):
    """All by which a browser knows what is ours, without asking."""

    share_prefix: str = Field(description="How the address of each share link begins")
    files: list[tuple[str, str, int]] = Field(
        description="Beginning of the file's SHA-256, id of the asset, number of the version"
    )
    pages: list[tuple[str, str]] = Field(
        description="Beginning of the canonical address's SHA-256, id of the asset"
    )
    assets: dict[str, CataloguedAsset] = Field(description="Id -> asset; without withdrawn ones")
    tracking_parameters: TrackingParameters
    front_pages: list[str] = Field(description="File names that are the folder itself")


@bp.get("/catalogue")
@operation("extension", answer=Catalogue)
def catalogue() -> Catalogue:
    """The catalogue by hashes. With If-None-Match: 304 where nothing changed.

    A device asks for it once a day, and that is also its sign of life: a day on which it does, and
    is blind on no site, counts for send coverage.
    """
    _note_day()
    today = library().clock.now().date()
    known = snapshot(session(), viewer(), today=today)
    after_this_request(_only_when_changed)
    return Catalogue(
        share_prefix=f"{library().settings.base_url}/s/",
        files=list(known.files),
        pages=list(known.pages),
        assets={
            public_id: CataloguedAsset(
                title=asset.title, current=asset.current_version, can_send=asset.can_send
            )
            for public_id, asset in known.assets.items()
        },
        tracking_parameters=TrackingParameters(
            names=sorted(TRACKING_PARAMETERS), prefixes=list(TRACKING_PREFIXES)
        ),
        front_pages=list(FRONT_PAGES),
    )


def _only_when_changed(response: Response) -> Response:
    if response.status_code == 200:
        response.add_etag()
        response.headers["Cache-Control"] = "private, no-cache"
    response.make_conditional(request)
    return response


def _note_day() -> None:
    """One more statement, and once a day a write of its own: the request itself only reads."""
    device = device_of_token(session(), caller().token_id)
    if device is None or blind_sites(device):
        return
    member_id, source = viewer().member_id, "extension"
    day = library().clock.now().astimezone(ZoneInfo(library().settings.time_zone)).date()
    if not coverage.is_noted(session(), member_id=member_id, source=source, day=day):
        with library().database.unit_of_work() as writing:
            coverage.note_day(writing, member_id=member_id, source=source, day=day)


class SiteState(Question):
    """How watching a site goes: blind when clicks on Send are not followed by facts any more."""

    state: Literal["working", "blind"]
    since: str = Field("", max_length=40, description="Of the browser's clock; ours is kept")


class SitesTold(Question):
    """The sites whose state changed."""

    sites: dict[Site, SiteState] = Field(min_length=1)


class SitesKept(Answer):
    """The device's sites, all of them."""

    sites: dict[str, str] = Field(description="Site -> working or blind")


@bp.post("/health")
@operation("extension", body=SitesTold, answer=SitesKept, failures=(404,))
def tell_of_health(body: SitesTold) -> SitesKept:
    """Keeps that the device has gone blind on a site, or sees again. Told only when it changes."""
    devices.tell_of_sites(
        session(),
        token_id=caller().token_id,
        sites={site: told.state for site, told in body.sites.items()},
        now=library().clock.now(),
    )
    device = device_of_token(session(), caller().token_id)
    return SitesKept(
        sites={site: told["state"] for site, told in device.sites.items()} if device else {}
    )
