"""The figures against a second computation that shares no code with the first: decimals instead of fractions.

Random questionnaires (dimensions, weights, scales) and random answers; every disclosed figure must be equal to the last
digit. A third is no decimal, so an exact half may come out as 0.4999…: the second one is rounded to 40 digits first,
which is what 60 digits can be sure of.
"""

from __future__ import annotations

import copy
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from survey.domain.disclosure import disclose
from survey.domain.questionnaire import default_questionnaire, parse_questionnaire
from tests.domain.results import only, record

POINTS = st.sampled_from([0, 12.5, 25, 33, 55, 60, 75, 80, 100])


@st.composite
def questionnaires(draw: st.DrawFn) -> dict[str, Any]:
    document = copy.deepcopy(default_questionnaire().document)
    del document["checklist"]
    del document["optional_role_question"]
    scales = {}
    for name in ("one", "two"):
        options = [
            {"code": code, "zh": code, "en": code, "score": draw(POINTS)}
            for code in "ABCDEF"[: draw(st.integers(2, 5))]
        ]
        scales[name] = {"options": [*options, {"code": "X", "zh": "不了解", "en": "?", "score": None}]}
    document["scales"] = scales
    cuts = sorted(draw(st.sets(st.integers(1, 99), min_size=1, max_size=4)))
    weights = [b - a for a, b in zip([0, *cuts], [*cuts, 100], strict=True)]
    document["dimensions"] = [
        {
            "code": f"D{n}",
            "weight": weight,
            "zh": "维度",
            "en": "dimension",
            "scale": draw(st.sampled_from(["one", "two"])),
            "items": [{"code": f"D{n}-{i}", "zh": "题", "en": "item"} for i in range(draw(st.integers(1, 4)))],
        }
        for n, weight in enumerate(weights)
    ]
    document["overall"]["scale"] = draw(st.sampled_from(["one", "two"]))
    return document


def rounded(value: Decimal, places: str) -> str:
    return str(value.quantize(Decimal("1e-40")).quantize(Decimal(places), ROUND_HALF_UP))


@settings(max_examples=60, deadline=None)
@given(st.data(), questionnaires(), st.integers(10, 30))
def test_every_disclosed_figure_equals_the_second_computation(data: st.DataObject, document: dict, n: int) -> None:
    options = {name: [o["code"] for o in scale["options"]] for name, scale in document["scales"].items()}
    points = {
        name: {o["code"]: Decimal(str(o["score"])) for o in scale["options"] if o["score"] is not None}
        for name, scale in document["scales"].items()
    }
    asked = [(i["code"], d["scale"]) for d in document["dimensions"] for i in d["items"]]
    asked.append((document["overall"]["code"], document["overall"]["scale"]))
    seed = data.draw(st.randoms(use_true_random=False))
    ballots = [{code: seed.choice(options[scale]) for code, scale in asked if seed.random() < 0.95} for _ in range(n)]
    shown = only(disclose(record(ballots, questionnaire=parse_questionnaire(document), entitled=n + 3)))
    with localcontext(prec=60):
        means: dict[str, Decimal] = {}
        for code, scale in asked:
            given_points = [points[scale][b[code]] for b in ballots if b.get(code) in points[scale]]
            if given_points:
                means[code] = sum(given_points) / len(given_points)
        dimensions = {}
        for dimension in document["dimensions"]:
            defined = [means[i["code"]] for i in dimension["items"] if i["code"] in means]
            if defined:
                dimensions[dimension["code"]] = (sum(defined) / len(defined), dimension["weight"])
        for item in shown["items"]:
            if item["score"] is not None:
                assert item["score"] == rounded(means[item["code"]], "0.01")
                assert item["counts"]["blank"] == sum(item["code"] not in ballot for ballot in ballots)
        for dimension in shown["dimensions"]:
            if dimension["score"] is not None:
                assert dimension["score"] == rounded(dimensions[dimension["code"]][0], "0.01")
        if shown["score"] is not None:
            weight = sum(w for _, w in dimensions.values())
            assert shown["score"] == rounded(sum(m * w for m, w in dimensions.values()) / weight, "0.01")
        if shown["satisfaction_of_entitled"] is not None:
            scale = document["overall"]["scale"]
            answers = [b[document["overall"]["code"]] for b in ballots if document["overall"]["code"] in b]
            rated = [points[scale][a] for a in answers if a in points[scale]]
            satisfied = sum(score >= 75 for score in rated)
            assert shown["satisfaction_of_valid"] == rounded(Decimal(100 * satisfied) / len(rated), "0.1")
            assert shown["satisfaction_of_entitled"] == rounded(Decimal(100 * satisfied) / (n + 3), "0.1")
