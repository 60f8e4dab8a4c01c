"""Named streams of random numbers: one for each decision, so that adding one never reshuffles another."""

from __future__ import annotations

import hashlib

import numpy as np


class Streams:
    """Random generators by name, all from one seed.

    A stream depends on the seed and its own name only: not on which other streams exist, nor on the order
    in which they are first asked for.
    """

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self._streams: dict[tuple[str, ...], np.random.Generator] = {}

    def standing(self) -> dict[str, list[str]]:
        """Where the streams stand, in an order of their own, by the first word of their names."""
        found: dict[str, list[str]] = {}
        for name, rng in sorted(self._streams.items()):
            found.setdefault(name[0], []).append(f"{name} {rng.bit_generator.state}")
        return found

    def stream(self, *name: str) -> np.random.Generator:
        """Return the generator of this name; the same object each time, so that it moves on."""
        if name not in self._streams:
            digest = hashlib.blake2b("\x1f".join(name).encode(), digest_size=16).digest()
            key = tuple(int.from_bytes(digest[k : k + 4], "little") for k in range(0, 16, 4))
            self._streams[name] = np.random.Generator(np.random.PCG64(np.random.SeedSequence(self.seed, spawn_key=key)))
        return self._streams[name]
