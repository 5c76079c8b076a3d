"""Tables of the library of questionnaires. Nothing of a round or of a person stands here: rounds keep copies."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Integer, MetaData, Table, Text

from survey.storage.database import NAMING

metadata = MetaData(naming_convention=NAMING)

questionnaires = Table(
    "questionnaires",
    metadata,
    Column("id", Text, primary_key=True),
    Column("form_id", Text, nullable=False, unique=True),  # the id that its documents carry
    Column("name", Text, nullable=False),
    Column("is_archived", Integer, nullable=False),
)

questionnaire_versions = Table(
    "questionnaire_versions",
    metadata,
    Column("questionnaire", Text, ForeignKey("questionnaires.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("label", Text, nullable=False),  # the document's own version
    Column("is_ready", Integer, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("document", Text, nullable=False),  # JSON
    Column("before", Text),  # JSON: the draft before it was last saved
    CheckConstraint("is_ready IN (0, 1)", name="is_ready_known"),
)
