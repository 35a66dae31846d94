"""Every error this product raises on purpose, as one tree.

ContentlibError
├── InvalidInput          the caller's words are off; `fields` names which
│   ├── FileRefused       a file that will not be catalogued; `code` names why
│   └── AddressRefused    an address that will not be fetched
├── NotPermitted          the caller may know of the thing but not do this to it
├── NotFound              there is no such thing, or the caller may not know of it
├── Conflict              somebody else changed it first, or its state forbids the step
├── TooManyAttempts       slow down; `retry_after_s` says how long
└── Unavailable           a part outside is not answering; trying again helps
    ├── IndexUnavailable  the search index is missing, damaged or being rebuilt
    └── DeliveryFailed    a mail server or web site did not take or give it

`str(error)` is one sentence a user can act on. `retryable` tells a worker
whether trying again later can help.
"""

from collections.abc import Mapping


class ContentlibError(Exception):
    """The root: has a sentence for the user and says whether a retry can help."""

    retryable: bool = False

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class InvalidInput(ContentlibError):
    """What was given is wrong; `fields` maps a field's name to its own sentence."""

    def __init__(self, sentence: str, fields: Mapping[str, str] | None = None) -> None:
        super().__init__(sentence)
        self.fields = dict(fields or {})


class FileRefused(InvalidInput):
    """A file that is not taken into the library.

    `code` is one of: encrypted, damaged, too_large, empty, mislabelled, timed_out,
    out_of_memory, too_many_pages, unreadable.
    """

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code

    def __reduce__(self) -> tuple[type, tuple[str, str]]:
        return type(self), (self.code, self.sentence)


class AddressRefused(InvalidInput):
    """A web address that points inside the network, or is not http(s)."""


class NotPermitted(ContentlibError):
    """The viewer may see the thing, but not do this to it."""


class NotFound(ContentlibError):
    """Nothing there, or nothing this viewer may know of: the two read the same."""


class Conflict(ContentlibError):
    """The thing's state forbids the step, or somebody else took it first."""


class TooManyAttempts(ContentlibError):
    """Refused for a while; `retry_after_s` in whole seconds."""

    def __init__(self, sentence: str, retry_after_s: int) -> None:
        super().__init__(sentence)
        self.retry_after_s = retry_after_s


class Unavailable(ContentlibError):
    """A part outside our control does not answer now."""

    retryable = True


class IndexUnavailable(Unavailable):
    """The search index cannot answer: missing, damaged, or being rebuilt."""


class DeliveryFailed(Unavailable):
    """A mail or web server refused or dropped us; `permanent` stops the retries."""

    def __init__(self, sentence: str, *, permanent: bool = False) -> None:
        super().__init__(sentence)
        self.retryable = not permanent
