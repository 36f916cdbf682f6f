"""`make load`: what it measures is counted and written down as it was."""

import json
import math
import re

import pytest

from load import measure
from load.measure import ALL, FEW, Request, percentile, report, servers, summary

LIST, OTHER = "GET /api/v1/accounts/users/", "GET /api/v1/accounts/me/"


def requests(slow: float = 1) -> list[Request]:
    """Return a hundred requests of a list, which take 1 to 100 milliseconds, and two others."""
    return [
        *(Request(LIST, True, number * slow, "") for number in range(1, 101)),
        Request(OTHER, False, 7, ""),
        Request(OTHER, False, 9, "HTTP 500"),
    ]


def test_percentiles_are_values_that_were_measured() -> None:
    """C15"""
    values = [3.0, 1.0, 2.0, 4.0]

    assert [percentile(values, percent) for percent in (1, 25, 50, 51, 100)] == [1, 1, 2, 3, 4]
    assert math.isnan(percentile([], 95))


def test_requests_are_counted_by_kind_and_all_lists_together() -> None:
    """C15: an error counts as one, whatever else succeeds."""
    rows = summary([*requests(), Request("GET /api/v1/other/", True, 200, "")])

    assert list(rows) == [ALL, LIST, "GET /api/v1/other/", OTHER]
    assert (rows[ALL].requests, rows[ALL].errors, rows[ALL].p99) == (101, 0, 100)
    assert rows[LIST][2:] == (100, 0, 50, 95, 99)
    assert (rows[OTHER].requests, rows[OTHER].errors) == (2, 1)


def test_the_page_compares_both_sizes() -> None:
    """C15: in a table and in a chart."""
    text = report({FEW: summary(requests()), 10_000: summary(requests(1.2))}, 10, "Measured.")

    assert f"| `{LIST}` | 95 ms | 114 ms | 1.20 |" in text
    assert f"| `{OTHER}` | 2 | 1 | 0.2 | 7 ms | 9 ms | 9 ms |" in text
    chart = re.search(r"x-axis (\[.+\])\n.*\n +bar (\[.+\])", text)
    assert chart
    labels, bars = json.loads(chart[1]), json.loads(chart[2])
    assert len(labels) == len(bars)
    assert bars[labels.index(f"{LIST}, 10,000")] == 114


def test_the_page_has_a_place_for_it() -> None:
    """C15, B02: what stands around the results is not touched."""
    page = measure.PAGE.read_text("utf-8")

    written = measure.RESULTS.sub("\nnumbers\n\n", page)

    before, numbers, after = written.partition("\nnumbers\n\n")
    assert numbers
    assert page.startswith(before)
    assert page.endswith(after)


def test_sqlite_is_refused_with_what_helps() -> None:
    """C15: and each server that is missing is named."""
    with pytest.raises(SystemExit, match="PostgreSQL") as stopped:
        servers({"DATABASE_URL": "sqlite:///db.sqlite3"})

    for name in measure.SERVERS:
        assert name in str(stopped.value)
