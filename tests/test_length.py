"""Functions fit a page, files a few, and the formatter lays out nearly all: ruff does not count these, so this does."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
#: Lines of a function below its first one, docstring and signature included.
MOST = 50
#: Lines of a file.
MOST_OF_A_FILE = 400
#: Statements that are laid out by hand, tests and benchmarks included: tables of data, mostly.
BY_HAND = 40


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


@pytest.mark.parametrize("package", ["capacity", "market", "scenarios"])
def test_files_fit_a_few_pages(package: str) -> None:
    found = {str(path): len(path.read_text(encoding="utf-8").splitlines()) for path in (ROOT / package).rglob("*.py")}
    assert found
    assert {name: lines for name, lines in found.items() if lines > MOST_OF_A_FILE} == {}


def test_few_statements_are_laid_out_by_hand() -> None:
    folders = ("capacity", "market", "scenarios", "tests", "benchmarks", "docs")
    files = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]
    assert sum(path.read_text(encoding="utf-8").count("# fmt: " + "skip") for path in files) < BY_HAND


#: Names that say nothing of what a function gives.
EMPTY = {"told", "span", "shown", "made", "said", "things", "stuff", "utils", "helpers", "misc", "common"}


@pytest.mark.parametrize("package", ["capacity", "market", "scenarios"])
def test_names_say_something(package: str) -> None:
    files = sorted((ROOT / package).rglob("*.py"))
    defined = {
        node.name.strip("_")
        for path in files
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
    }
    assert len(defined) > 50
    assert {path.stem for path in files} & EMPTY == set()
    assert defined & EMPTY == set()
