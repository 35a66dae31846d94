"""The words that spelling knows: those of the assets a member may see, and the vocabulary's."""

from collections.abc import Hashable

from sqlalchemy import select
from sqlalchemy.orm import Session

from contentlib.asset.models import Asset
from contentlib.ports import Permitted, SearchIndex
from contentlib.search.spelling import Mended, Spelling, may_be_mistyped
from contentlib.taxonomy.queries import Vocabulary


class SpellingCache:
    """The spelling of each permitted set, made when the first word is met that no asset holds.

    Only words of what a member may see are known to them: a correction must not tell the title
    of a draft.
    """

    def __init__(self, capacity: int = 8) -> None:
        self._capacity = capacity
        self._entries: dict[Hashable, Spelling] = {}

    def mend(
        self,
        session: Session,
        index: SearchIndex,
        among: Permitted,
        words: Vocabulary,
        text: str,
    ) -> Mended:
        """The question with its typing mistakes mended.

        A word is one where no asset of the permitted holds it, or one that begins so. One
        statement where a mistake is met for the first time since the catalogue changed. Raises
        IndexUnavailable.
        """
        strangers = [
            word
            for word in may_be_mistyped(text)
            if not index.search(word, among=among, limit=1, mode="keyword")
        ]
        if not strangers:
            return Mended(text)
        return self._of(session, among, words).mend(text, strangers)

    def _of(self, session: Session, among: Permitted, words: Vocabulary) -> Spelling:
        key = (among.key, words)
        entry = self._entries.get(key)
        if entry is None:
            permitted = frozenset(among.asset_ids)
            # all titles, and not those of a list of ids: fifty thousand make no parameter list
            rows = session.execute(select(Asset.id, Asset.title, Asset.customer))
            texts = [
                text for row in rows if row.id in permitted for text in (row.title, row.customer)
            ]
            names = [n for f in words.facets for t in f.terms for n in (t.label, *t.synonyms)]
            entry = Spelling([text for text in (*texts, *names) if text])
            while len(self._entries) >= self._capacity:
                # two threads may pick the same oldest entry: the second finds it gone
                self._entries.pop(next(iter(self._entries), None), None)
            self._entries[key] = entry
        return entry
