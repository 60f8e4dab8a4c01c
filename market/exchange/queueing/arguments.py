"""What the queueing formulas accept, checked in one place so that every refusal reads alike."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

type Numbers = NDArray[np.float64]

# Infinite waits and tails that underflow are answers here, not accidents.
quiet = np.errstate(divide="ignore", over="ignore", under="ignore", invalid="ignore")


def numbers(name: str, value: ArrayLike) -> Numbers:
    """Return `value` as floats, or say that it isn't numbers."""
    try:
        array = np.asarray(value)
    except ValueError:  # a ragged list
        array = np.array(None)
    if array.dtype.kind not in "iuf":
        raise ValueError(f"{name} must be a real number or an array of real numbers, got {value!r}")
    return array.astype(np.float64)


def refuse(name: str, allowed: str, array: Numbers, good: NDArray[np.bool_]) -> None:
    """Raise for the first entry that isn't good, saying where it stands."""
    if good.all():
        return
    first = tuple(int(i) for i in np.argwhere(~good)[0])
    place = f" at {list(first)}" if first else ""
    raise ValueError(f"{name} must be {allowed}, got {float(array[first])}{place}")


def zero_or_more(name: str, value: ArrayLike, *, infinite: bool = False) -> Numbers:
    """Return `value` as floats that are zero or more, and finite unless `infinite`."""
    array = numbers(name, value)
    good = array >= 0 if infinite else (array >= 0) & (array < np.inf)
    refuse(name, "zero or more" if infinite else "zero or more and finite", array, good)
    return array


def positive(name: str, value: ArrayLike) -> Numbers:
    """Return `value` as floats that are above zero and finite."""
    array = numbers(name, value)
    refuse(name, "above zero and finite", array, (array > 0) & (array < np.inf))
    return array


def together(**arrays: Numbers) -> tuple[int, ...]:
    """Return the shape to which the named arrays broadcast, or say which shapes don't fit."""
    try:
        return np.broadcast_shapes(*(array.shape for array in arrays.values()))
    except ValueError:
        shapes = ", ".join(f"{name} {array.shape}" for name, array in arrays.items())
        raise ValueError(f"shapes must broadcast together, got {shapes}") from None


def with_axis(name: str, array: Numbers, meaning: str) -> Numbers:
    """Return `array` if it has at least one axis, whose meaning the refusal names."""
    if array.ndim == 0:
        raise ValueError(f"{name} must be an array with an axis for {meaning}, got the scalar {float(array)}")
    return array


def settle(result: Numbers) -> Numbers:
    """Turn an array without axes into a numpy scalar, as numpy's own functions do."""
    scalar: Any = result[()]
    return scalar  # type: ignore[no-any-return]
