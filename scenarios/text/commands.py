"""The command that made something, as it can be given again."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

#: What Python calls the file of a package that is run with -m.
PACKAGE_FILE: Final = "__main__.py"


def given_command(words: Sequence[str] | None = None) -> str:
    """The words with which this process was started, quoted as a shell needs them.

    >>> given_command(["/somewhere/tokenmarket/__main__.py", "run", "--out", "my results"])
    "tokenmarket run --out 'my results'"
    >>> given_command(["study.py"])
    'study.py'
    """
    first, *rest = sys.argv if words is None else words
    name = Path(first).name
    return shlex.join(["tokenmarket" if name == PACKAGE_FILE else name, *rest])
