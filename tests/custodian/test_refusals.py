"""What a custodian's program is told when something is refused, or when the server is not set up."""

from __future__ import annotations

from flask import Blueprint, Flask

from survey.custodian.refusals import register
from survey.errors import InvalidInput, KeyAway, SettingsError, SurveyError


def answer_to(error: SurveyError) -> dict[str, object]:
    app, blueprint = Flask("board"), Blueprint("board", "board")
    register(blueprint)

    @blueprint.get("/")
    def fail() -> str:
        raise error

    app.register_blueprint(blueprint)
    answer = app.test_client().get("/")
    assert answer.status_code == answer.get_json()["status"] == error.status
    return dict(answer.get_json())


def test_a_refusal_says_its_exact_reason() -> None:
    assert (
        answer_to(InvalidInput("Exactly 32 bytes are expected here."))["detail"]
        == "Exactly 32 bytes are expected here."
    )


def test_a_server_that_is_not_set_up_names_no_file_of_its_own() -> None:
    for error in (SettingsError("/srv/instance/settings.json: x is missing."), KeyAway("/media/stick is away.")):
        assert answer_to(error)["detail"] == "The server is not set up for this."
