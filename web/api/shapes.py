"""What the JSON of the API is made of: the parents of all shapes, and those that many share.

The same models check what comes in, make what goes out, and are the OpenAPI document.
"""

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, JsonValue

from contentlib.asset.indexing import PassageLine


class Answer(BaseModel):
    """What goes out: exactly these fields."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Question(BaseModel):
    """What comes in, as a query or a body: a field that nobody knows is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _clean(given: object) -> object:
    # PostgreSQL takes no NUL in a text
    return given.replace("\x00", "").strip() if isinstance(given, str) else given


Words = Annotated[str, BeforeValidator(_clean)]
"""Text from outside that may be stored or searched, without what surrounds it.

Its bounds are those of a Field after it, so they hold for what is left.
"""


def _clean_within(given: object) -> object:
    return [_clean(each) for each in given] if isinstance(given, list) else _clean(given)


AnyJson = Annotated[JsonValue, BeforeValidator(_clean_within)]
"""A value of whatever kind, its texts as in Words."""

FacetPair = Annotated[
    str,
    Field(
        pattern=r"^[^=]+=.+$",
        description="A facet and one of its terms (key, label or synonym)",
        examples=["industry=retail"],
    ),
]


class Problem(Answer):
    """What went wrong."""

    code: str = Field(description="Stable, for programs", examples=["invalid_input"])
    message: str = Field(description="One sentence for people")
    fields: dict[str, str] = Field(description="Field of the request -> what is wrong with it")


class Failure(Answer):
    """The one shape of every failure."""

    error: Problem


class TermTag(Answer):
    """A term of an asset."""

    key: str
    label: str


class ReasonGiven(Answer):
    """One reason, or a word of caution. Further fields say as values what `text` says."""

    model_config = ConfigDict(extra="allow", frozen=True)

    kind: str
    text: str


class PassageFound(Answer):
    """The passage that fits best."""

    text: str
    page: int
    is_notes: bool = Field(description="Speaker notes: for colleagues, never for a buyer")

    @classmethod
    def of(cls, passage: PassageLine | None) -> "PassageFound | None":
        """The passage as it goes out, if there is one."""
        if passage is None:
            return None
        return cls(text=passage.text, page=passage.page, is_notes=passage.is_notes)
