"""How a result was made, and how this report was."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

from scenarios.reports.html import Child, Html, element
from scenarios.results.simulated_days import simulated_days


def facts(pairs: Mapping[str, Child]) -> Html:
    """Facts as a list of terms; those without a value are left out."""
    return element(
        "dl",
        [element("div", element("dt", name), element("dd", value)) for name, value in pairs.items() if value],
        class_="facts",
    )


def _code(about: Mapping[str, Any]) -> str:
    commit = f"commit {about['code']['commit']}, " if about["code"].get("commit") else ""
    return f"{commit}hash {about['code']['hash']}"


def _versions(about: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {number}" for name, number in about["versions"].items())


def of_run(about: Mapping[str, Any], folder: str) -> Html:
    """How a run was made."""
    return facts(
        {
            "Command": element("code", str(about["command"])),
            "Folder": element("code", folder),
            "Scenario": f"{about['scenario']}, digest {about['digest']}",
            "Seed": str(about["seed"]),
            "Simulated users": f"{about['users']:,}, who stand for {about['real_users']:,.0f}",
            "Time": f"{about['begin']} to {about['end']}: {about['ticks']:,} ticks of {about['tick_hours']:g} h, which "
            f"are {simulated_days(about):,.4g} days",
            "Made": f"{about['made']}, in {about['wall_time_s']:,.1f} s",
            "Code": _code(about),
            "Versions": _versions(about),
        }
    )


def of_batch(about: Mapping[str, Any], folder: str, seeds: tuple[int, ...], users: int) -> Html:
    """How a batch was made."""
    several = f"{seeds[0]} to {seeds[-1]}" if seeds == tuple(range(seeds[0], seeds[0] + len(seeds))) else None
    return facts(
        {
            "Command": element("code", str(about["command"])),
            "Folder": element("code", folder),
            "Batch": f"{about['name']}, study digest {about['study']}",
            "Runs": f"{about['runs']:,}: {about['cases']:,} cases with {about['seeds']:,} seeds each",
            "Seeds": several or ", ".join(map(str, seeds)),
            "Simulated users": f"{users:,}",
            "Begun": str(about["made"]),
            "Code": _code(about),
            "Versions": _versions(about),
        }
    )


def of_report(command: str) -> Html:
    """A line on the report itself."""
    made = datetime.now(UTC).isoformat(timespec="seconds")
    return element(
        "p",
        f"This page was made by tokenmarket {version('tokenmarket')} on {made} with ",
        element("code", command),
        ". It asks nothing of any network, and can be kept, sent and printed as it is.",
    )
