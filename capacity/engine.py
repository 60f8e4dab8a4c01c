"""Serving programs: how each puts prefills between decode steps, as far as a first token feels it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from capacity.errors import InputError, require

#: Other names of the programs that measurement files know, in small letters without dashes and spaces.
ALIASES: Final = {"trt": "trtllm", "tensorrt": "trtllm", "tensorrtllm": "trtllm"}
#: What goes before: a router of requests that starts one of the programs.
ROUTERS: Final = ("dynamo",)


@dataclass(frozen=True)
class Engine:
    """What a first token waits for under one serving program.

    A program that takes all waiting prefills at once keeps requests in step: those that begin together end
    together and come back together (``company``). One that cuts prefills into chunks lets decode steps of the
    others go between them (``first_token_steps``).

    Attributes:
        name: what measurement files call it, as ``engine_name`` has it; empty for the typical one.
        first_token_steps: decode steps of the others that a prefill waits for, chunk by chunk.
        company: share of the other requests that come at the same moment, where so many clients each send
            the next request when the last has ended, as benchmarks do.
    """

    name: str
    first_token_steps: float
    company: float

    def __post_init__(self) -> None:
        if not isinstance(self.name, str):
            raise InputError(f"engine: name is {self.name!r}, but must be a text")
        where = f"engine '{self.name}'" if self.name else "engine"
        require(f"{where}: first_token_steps", self.first_token_steps, at_least=0)
        require(f"{where}: company", self.company, at_least=0, at_most=1)


def engine_name(text: str) -> str:
    """The name of a program however a file writes it.

    >>> engine_name("TensorRT-LLM"), engine_name("dynamo-sglang"), engine_name(" vLLM ")
    ('trtllm', 'sglang', 'vllm')
    """
    plain = "".join(letter for letter in text.lower() if letter.isalnum())
    for router in ROUTERS:
        plain = plain.removeprefix(router)
    return ALIASES.get(plain, plain)
