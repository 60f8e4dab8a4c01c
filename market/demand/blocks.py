"""Blocks: individuals are looked at some thousands at a time, so that what is worked out of them fits the cache."""

from __future__ import annotations

from functools import lru_cache

#: Individuals a block: block x options stays in the second-level cache.
BLOCK = 4096
#: Individuals up to whom what serves at all prices is kept; that of more takes less time than memory.
KEPT = 16 * BLOCK


@lru_cache(maxsize=2**6)
def blocks(individuals: int) -> tuple[slice, ...]:
    """Individuals in blocks that fit the cache."""
    return tuple(slice(begin, min(begin + BLOCK, individuals)) for begin in range(0, individuals, BLOCK))
