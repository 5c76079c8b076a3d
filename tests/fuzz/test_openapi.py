"""docs/openapi.yaml says what the respondent interface does: schemathesis asks by it and compares every answer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import schemathesis
import yaml
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    allow_header_conformance,
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from tests.world import World, phones

DOCUMENT = yaml.safe_load((Path(__file__).parents[2] / "docs" / "openapi.yaml").read_text("utf-8"))
BRACES = str.maketrans("<>", "{}")
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
    unsupported_method,
    allow_header_conformance,
]


@schemathesis.serializer("application/private-token-request")
def bytes_of(_context: schemathesis.SerializationContext, value: Any) -> bytes:
    """Whatever was made up, as bytes."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")


WORLD = World().open()
APP = WORLD.app()
schema = schemathesis.openapi.from_dict(DOCUMENT)
schema.app = APP


def _asking(operation: str) -> Callable[[schemathesis.Case], None]:
    @schema.include(name=operation).parametrize()
    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    def test(case: schemathesis.Case) -> None:
        # Made-up ids lead nowhere; half of the calls go to the evaluation that is open.
        if "evaluation" in case.path_parameters and len(str(case.path_parameters["evaluation"])) % 2:
            case.path_parameters["evaluation"] = WORLD.first.id
        case.call_and_validate(checks=CHECKS, headers={"Accept-Encoding": "identity"})

    return test


# A test of its own name for each call: schemathesis gives all of one function the same one.
for _result in schema.get_all_operations():
    _operation = _result.ok().label
    globals()[f"test_{_operation} is answered as documented"] = _asking(_operation)


def test_the_document_names_every_call_of_the_respondent_interface() -> None:
    there = {
        (str(rule).translate(BRACES).replace("evaluation_id", "evaluation").replace("receipt_hex", "receipt"), method)
        for rule in APP.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    documented = {
        (path, method.upper()) for path, item in DOCUMENT["paths"].items() for method in item if method != "parameters"
    }
    assert there == documented


def test_a_whole_journey_is_answered_as_documented() -> None:
    """Made-up codes and tokens are refused; these are right ones."""
    client = APP.test_client()
    phone = phones(WORLD, WORLD.first, client)[0]
    drawn = phone.request_token()
    token = phone.pending.finish(drawn.data)
    sealed = phone.seal(token, {"O-1": "A"})
    answers = {
        "/e/{evaluation}/token-request": [drawn, phone.request_token()],
        "/e/{evaluation}/ballots": [phone.cast(token, sealed), phone.cast(token, sealed)],
    }
    for path, given in answers.items():
        for answer in given:
            documented = DOCUMENT["paths"][path]["post"]["responses"][str(answer.status_code)]
            while "$ref" in documented:
                documented = DOCUMENT["components"]["responses"][documented["$ref"].rpartition("/")[2]]
            assert answer.content_type in documented["content"]
