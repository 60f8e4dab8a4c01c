"""Tables of cases that other programs made."""

import math

import numpy as np
import pandas as pd
import pytest

from capacity.errors import InputError
from scenarios.batches.plan.design_table import from_file, from_frame


def table(tmp_path, text, encoding="utf-8"):
    path = tmp_path / "points.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
    return path


@pytest.mark.parametrize(
    "text",
    [
        "supply.growth,supply.expansion\n2,steady\n3.5,follow\n",
        "\ufeffsupply.growth,supply.expansion\r\n2,steady\r\n3.5,follow\r\n",
        "supply.growth;supply.expansion\n2;steady\n3.5;follow",
        "supply.growth\tsupply.expansion\n\n2\tsteady\n\t\n3.5\tfollow\n\n",
        "supply.growth,supply.expansion,,\n2,steady,,\n,,,\n3.5,follow,,\n",
        ' supply.growth , "supply.expansion"\n 2 ,"steady"\n3.5, follow\n',
    ],
)
def test_tables_of_every_program_are_read(tmp_path, text):
    assert [cell.changes for cell in from_file(table(tmp_path, text))] == [
        {"supply.growth": 2, "supply.expansion": "steady"},
        {"supply.growth": 3.5, "supply.expansion": "follow"},
    ]


def test_cells_keep_their_kind(tmp_path):
    cells = from_file(table(tmp_path, "a.a;a.b;a.c;a.d;a.e;a.f;a.g;a.h\nTRUE;.5;+5;007;1e3;[1, 2];inf;so so\n"))
    assert list(cells[0].changes.values()) == [True, 0.5, 5, 7, 1000.0, [1, 2], math.inf, "so so"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is empty"),
        ("\n\n", "is empty"),
        ("a.b\n", "no row of values"),
        ("a.b,a.c\n1,2\n3\n", "line 3, column 'a.c' is empty"),
        ("a.b,a.c\n1,\n", "line 2, column 'a.c' is empty"),
        ("a.b,a.c\n1,2,3\n", "line 2 has 3 cells, but there are 2 columns"),
        (",a.b\n0,1\n", "column 1 has no name.*index=False"),
        ("a.b,,a.c\n0,1,2\n", "column 2 has no name"),
        ("a.b,\n0,\n2,1\n", "line 3: column 2 has no name"),
        ("a.b,a.b\n0,1\n", "columns 1 and 2 are both 'a.b'"),
        ("a..b\n0\n", "column 1: 'a..b' is no path"),
        ("a.b;a.c\n1,5;2\n", "line 2, column 'a.b' is 1,5: write numbers with a point"),
        ('a.b\n"open\n', "is not a CSV table"),
        ("a.b\n1\n".encode("utf-16"), "not UTF-8 text: byte 0 is 0xff"),
    ],
)
def test_what_is_no_table_is_refused_with_line_and_column(tmp_path, text, words):
    with pytest.raises(InputError, match=words):
        from_file(table(tmp_path, text))


def test_a_table_that_is_not_there_is_named_with_the_nearest(tmp_path):
    table(tmp_path, "a.b\n1\n")
    with pytest.raises(InputError, match=r"did you mean 'points.csv'"):
        from_file(tmp_path / "point.csv")
    with pytest.raises(InputError, match="is a folder"):
        from_file(tmp_path)


def test_a_frame_is_a_table_too():
    frame = pd.DataFrame({"supply.growth": np.array([2.0, 3.0]), "supply.expansion": ["steady", "follow"]})
    assert [cell.changes for cell in from_frame(frame)] == frame.to_dict("records")
    with pytest.raises(InputError, match=r"row 1, column 'supply.growth' is empty"):
        from_frame(frame.assign(**{"supply.growth": [2.0, math.nan]}))
    with pytest.raises(InputError, match="must be a DataFrame"):
        from_frame([1, 2])
