"""Words that arrays hold, as what can be looked up by them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Words(NamedTuple):
    """An array of words by its bytes: to spell them all out takes longer than most look-ups.

    >>> Words.of(np.array(["open", "frontier"])).array
    array(['open', 'frontier'], dtype='<U8')
    """

    letters: bytes
    kind: str

    @classmethod
    def of(cls, words: NDArray[np.str_]) -> Words:
        """Those of an array."""
        return cls(words.tobytes(), words.dtype.str)

    @property
    def array(self) -> NDArray[np.str_]:
        """The array again; nobody may write to it."""
        return np.frombuffer(self.letters, dtype=self.kind)
