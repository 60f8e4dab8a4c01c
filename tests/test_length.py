"""Functions fit a page: ruff counts statements, this counts lines, docstring and signature included."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
#: Lines below the first one.
MOST = 50


def lengths(folder: Path) -> dict[str, int]:
    """Lines of every function below its first one, by file and name."""
    return {
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}": (node.end_lineno or node.lineno) - node.lineno
        for path in sorted(folder.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }


@pytest.mark.parametrize("package", ["capacity", "market", "scenarios"])
def test_functions_fit_a_page(package: str) -> None:
    found = lengths(ROOT / package)
    assert found
    assert {name: lines for name, lines in found.items() if lines > MOST} == {}
