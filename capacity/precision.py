"""Number formats: how many bytes a parameter takes, and at which rate a chip computes with it."""

from __future__ import annotations

from typing import Final

from capacity.errors import InputError, UnknownNameError, nearest

#: Bytes of one number. Scale factors of block formats (1/16 to 1/8 byte for FP4) are left out, as the
#: published figures that this module reproduces leave them out.
BYTES: Final[dict[str, float]] = {"fp4": 0.5, "int4": 0.5, "fp8": 1.0, "int8": 1.0, "bf16": 2.0}

#: From narrow to wide: a chip without units for a format computes in the next wider one that it has.
WIDENING: Final[dict[str, tuple[str, ...]]] = {
    "fp4": ("fp4", "fp8", "int8", "bf16"),
    "int4": ("bf16",),  # weight-only: weights are widened to 16 bits before they are multiplied
    "fp8": ("fp8", "int8", "bf16"),
    "int8": ("int8", "fp8", "bf16"),
    "bf16": ("bf16",),
}

#: The names under which measurement files know these formats.
ALIASES: Final[dict[str, str]] = {
    "": "bf16",
    "none": "bf16",
    "nan": "bf16",
    "fp16": "bf16",
    "float16": "bf16",
    "bfloat16": "bf16",
    "nvfp4": "fp4",
    "mxfp4": "fp4",
    "fp8_block": "fp8",
    "fp8_static": "fp8",
    "int4_wo": "int4",
    "int8_wo": "int8",
    "w4a16": "int4",
    "w4afp8": "int4",
}


def resolve(name: str) -> str:
    """Return our name for a number format that is called ``name`` elsewhere."""
    if not isinstance(name, str):
        raise InputError(f"precision is {name!r}, but must be a text, one of {', '.join(BYTES)}")
    key = name.strip().lower()
    found = ALIASES.get(key, key)
    if found not in BYTES:
        known = (*BYTES, *(alias for alias in ALIASES if alias))
        raise UnknownNameError(f"unknown precision '{name}'{nearest(key, known)}; known: {', '.join(known)}")
    return found
