"""The parts of a questionnaire document that are rules rather than questions: bands, scoring, validity, disclosure.

Law: where only one rule is built, another one in a document is refused, never silently replaced by ours.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import partial

from survey.domain.forms.form import Band, Composite
from survey.domain.reading import Place, Rule

Texts = Callable[[Place, int], tuple[str, str]]  # (place, most characters) -> (zh, en)


def bands(place: Place, texts: Texts) -> tuple[Band, ...]:
    """The grade bands from the highest to the lowest; together they cover 0 to 100 without gap or overlap."""
    entries = place.entries(1, 10)
    found: list[Band] = []
    for entry in entries:
        if band := entry.attempt(partial(_band, entry, found, texts), None):
            found.append(band)
    if len(found) < len(entries):
        return ()  # what is wrong with one of them is said already
    found.sort(key=lambda band: band.minimum, reverse=True)
    edges = [Fraction(100)]
    for band in found:
        if band.maximum != edges[-1] or band.minimum >= band.maximum:
            place.fail(
                f"leave a gap or overlap at {float(edges[-1]):g} ({band.code})",
                "bands that cover 0 to 100, each beginning where the next lower one ends",
                Rule.BANDS,
                at=f"{float(edges[-1]):g}",
            )
        edges.append(band.minimum)
    if edges[-1] != 0:
        at = f"{float(edges[-1]):g}"
        place.fail(f"begin at {at}", "bands that cover 0 to 100", Rule.BANDS, at=at)
    return tuple(found)


def _band(entry: Place, before: list[Band], texts: Texts) -> Band:
    entry.mapping("code min max", "zh en")
    code = entry.at("code").code()
    if code in [band.code for band in before]:
        entry.at("code").fail(f'is "{code}" again', "every band code once", Rule.ONCE)
    zh, en = texts(entry, 20)
    return Band(code, zh, en, entry.at("min").number(0, 100), entry.at("max").number(0, 100))


def headline_denominator(place: Place) -> str:
    """Only one scoring rule is built; a document that asks for another is refused rather than scored wrongly."""
    if place.value is None:
        return "valid_answers"
    document = place.mapping("", "item_score dimension_score total rounding headline_denominator composite")
    fixed = {
        "item_score": "mean_of_scored_options",
        "dimension_score": "unweighted_mean_of_item_scores",
        "total": "weighted_mean_of_defined_dimensions",
    }
    for key, value in fixed.items():
        if key in document:
            place.at(key).choice(value)
    if "rounding" in document:
        rounding = place.at("rounding")
        rounding.mapping("mode score_decimals rate_decimals when")
        for key, expected in (("mode", "half_up"), ("score_decimals", 2), ("rate_decimals", 1)):
            rounding.at(key).choice(expected)
        rounding.at("when").choice("display_only")
    if "headline_denominator" in document:
        place.at("headline_denominator").choice("valid_answers", "entitled")
    return str(document.get("headline_denominator", "valid_answers"))


def composite(place: Place) -> Composite | None:
    """scoring.composite: None while not enabled; else two parts, conduct and quality, with weights that sum to 100.

    Frozen with the form, because whoever may choose the weights after the count chooses the winner.
    """
    if place.value is None:
        return None
    document = place.mapping("enabled", "parts deductions")
    enabled = place.at("enabled").flag()
    weights: dict[str, Fraction] = {}
    for entry in place.at("parts").entries(2, 2) if "parts" in document else ():
        entry.mapping("name source weight")
        entry.at("name").choice("conduct", "quality")
        name = str(entry.at("name").value)
        if name in weights:
            entry.at("name").fail(f'is "{name}" again', "conduct and quality once each", Rule.PARTS)
        entry.at("source").choice("this_questionnaire" if name == "conduct" else "entered_score")
        weights[name] = entry.at("weight").number(1, 99)
    deductions = place.at("deductions").flag() if "deductions" in document else False
    if weights and sum(weights.values()) != 100:
        found = f"{float(sum(weights.values())):g}"
        place.at("parts").fail(f"have weights that sum to {found}", "100", Rule.SUM, found=found)
    if not enabled:
        return None
    if not weights:
        place.fail("is enabled without parts", "conduct and quality with their weights", Rule.PARTS)
    return Composite(weights["conduct"] / 100, weights["quality"] / 100, deductions)


def participation_limits(place: Place) -> tuple[Fraction, Fraction]:
    """(no grade below, reference only below). 0.6667 is read as 2/3: the nearest fraction up to hundredths."""
    grade_from, full_from = Fraction(1, 2), Fraction(2, 3)
    if place.value is None:
        return grade_from, full_from
    document = place.mapping(
        "", "void_if_counted_exceeds_issued participation_valid_min participation_reference_only_min"
    )
    if "void_if_counted_exceeds_issued" in document:
        place.at("void_if_counted_exceeds_issued").choice(True)
    if "participation_valid_min" in document:
        full_from = place.at("participation_valid_min").number(0, 1).limit_denominator(100)
    if "participation_reference_only_min" in document:
        grade_from = place.at("participation_reference_only_min").number(0, 1).limit_denominator(100)
    if grade_from > full_from:
        expected = "reference_only_min <= valid_min"
        place.fail("gives no grade at a participation that counts in full", expected, Rule.LIMITS)
    return grade_from, full_from


def unanimous_below(place: Place) -> int:
    """The small-number rules may be made stricter here, never weaker (domain/disclosure.py has the rules)."""
    if place.value is None:
        return 10
    document = place.mapping(
        "",
        "min_ballots_for_any_figure min_ballots_for_unit_breakdown min_ballots_for_comments"
        " complementary_suppression pool_small_units_of_same_team unanimous_cell_rule checklist_breakdown",
    )
    for key, least in (
        ("min_ballots_for_any_figure", 5),
        ("min_ballots_for_unit_breakdown", 10),
        ("min_ballots_for_comments", 10),
    ):
        if key in document:
            place.at(key).whole(least, 1000)
    for key in ("complementary_suppression", "pool_small_units_of_same_team"):
        if key in document:
            place.at(key).choice(True)
    if "checklist_breakdown" in document:
        place.at("checklist_breakdown").choice("team_only")
    if "unanimous_cell_rule" not in document:
        return 10
    rule = place.at("unanimous_cell_rule")
    rule.mapping("apply_below show")
    rule.at("show").choice("band_only")
    return rule.at("apply_below").whole(10, 1000)
