"""Every table of the product, imported in one place: for migrations and their tests."""

from contentlib.action import models as action
from contentlib.asset import models as asset
from contentlib.audit import models as audit
from contentlib.collection import models as collection
from contentlib.crm import models as crm
from contentlib.db import Base
from contentlib.engagement import models as engagement
from contentlib.events import jobs, marks
from contentlib.member import models as member
from contentlib.notification import models as notification
from contentlib.recognition import models as recognition
from contentlib.recommendation import models as recommendation
from contentlib.search import models as search
from contentlib.sending import models as sending
from contentlib.share import models as share
from contentlib.taxonomy import models as taxonomy
from contentlib.usage import models as usage
from contentlib.workspace import models as workspace

__all__ = [
    "action",
    "asset",
    "audit",
    "collection",
    "crm",
    "engagement",
    "jobs",
    "marks",
    "member",
    "metadata",
    "notification",
    "recognition",
    "recommendation",
    "search",
    "sending",
    "share",
    "taxonomy",
    "usage",
    "workspace",
]

metadata = Base.metadata
