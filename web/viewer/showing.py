"""What every page that shows a shared document says of the house and of itself."""

from typing import Any

from web.transaction import library

# A link that is revoked shows nothing any more after so long, from no cache either.
IMAGE_MAX_AGE_S = 600


def about() -> dict[str, Any]:
    """The names in the frame of each page."""
    settings = library().settings
    return {
        "company": settings.company_name,
        "kept_days": settings.hit_retention_days,
        "base_url": settings.base_url,
    }
