"""What a reader says of a broken file: one line, with what is wrong, where and how."""

from collections.abc import Callable
from pathlib import Path

import pytest

from capacity.errors import InputError


def refused(read: Callable[[Path], object], path: Path, text: str, said: str) -> None:
    """A file of this text is refused with these words, in one short line."""
    path.write_text(text)
    with pytest.raises(InputError) as caught:
        read(path)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 500
