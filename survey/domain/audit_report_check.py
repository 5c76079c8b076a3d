"""Checking the report in an audit package, as far as the package goes.

Law: whatever the rest of the package says too is compared with it, and what it does not say is named, never passed
over. Scores and answers come from the tally record, which is not in the package: it holds what is withheld for the sake
of small groups. What vouches for them is who signed that record.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from survey.domain.audit_verdicts import Verdict, require
from survey.domain.manifest import Manifest
from survey.domain.results.disclosed_counts import rate_text

_OF_THE_ROUND = ("round", "name", "record", "boxes_digest", "custodians_opened")
_OF_A_TEAM = ("team", "entitled", "printed", "used")
_LEAST = ("minimum_group", "texts_minimum")


def check_report(report: Mapping[str, Any], summary: Mapping[str, Any], manifests: Mapping[str, Manifest]) -> None:
    """Raises CheckFailed; KeyError or TypeError for a report of another form."""
    for name in _OF_THE_ROUND:
        require(report[name] == summary[name], f"the report has another {name} than the summary")
    teams = {one["id"]: one for one in report["evaluations"]}
    ids = sorted(one["id"] for one in report["evaluations"])
    require(ids == sorted(manifests), "the report is not about the evaluations of the summary, each once")
    for name in _LEAST:
        for evaluation_id, manifest in manifests.items():
            named = manifest.facts.get(name, report[name])
            where = f"{teams[evaluation_id]['team']}: {name} is {report[name]} in the report"
            require(report[name] == named, f"{where}, but {named} in the manifest")
    for one in summary["evaluations"]:
        _check_team(teams[one["id"]], one)


def _check_team(team: Mapping[str, Any], one: Mapping[str, Any]) -> None:
    where = one["team"]
    for name in _OF_A_TEAM:
        require(team[name] == one[name], f"{where}: {name} is {team[name]} in the report, but {one[name]}")
    ballots, counted, void = one["ballots"], team["counted"], team["void"]
    require(
        counted + void == team["collected"] == ballots and 0 <= void <= ballots,
        f"{where}: {counted} counted or {void} void of {team['collected']} collected, but {ballots} ballots",
    )
    rates = {"return_rate": one["printed"], "participation_rate": one["entitled"]}
    for name, whole in rates.items():
        right = rate_text(counted, whole)
        require(team[name] == right, f"{where}: {name} is {team[name]} in the report, but {right} by its numbers")


def beyond(summary: Mapping[str, Any], signed: Iterable[int], *, has_report: bool) -> Verdict:
    """What this package does not let anybody check, and who vouches for it."""
    what = "how many codes were used"
    if has_report:
        what = f"scores, rates and answers in the report, which ballots are void, and {what}"
    if summary["record"] is None:
        return Verdict(f"{what}; the server says it", is_beyond=True)
    number = len(list(signed))
    who = "no custodian has signed" if number == 0 else f"{number} custodian{'s' if number > 1 else ''} signed"
    return Verdict(f"{what}; they come from tally record {summary['record']}, that {who}", is_beyond=True)
