"""Tables of the report's way: its stage with what goes into it, and the reviews of remarks.

Law: no remark is copied into these tables: a review names its place in the tally record, and goes when the report is
released.
"""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Integer, MetaData, Table, Text

from survey.storage.database import NAMING

metadata = MetaData(naming_convention=NAMING)

report_drafts = Table(
    "report_drafts",
    metadata,
    Column("round", Text, primary_key=True),
    Column("record", Text, nullable=False),  # the tally record's hash, noted with the first step
    Column("stage", Text, nullable=False),
    Column("entered", Text, nullable=False),  # JSON: evaluation -> [quality, deductions, reason]
    Column("digest", Text),  # JSON, once approved
    Column("paper", Text, nullable=False, server_default="{}"),  # JSON: evaluation -> forms typed from paper
    Column("number", Integer),  # counts the approvals
    Column("point", Text),  # JSON, once approved: what this round gives to a trend
    CheckConstraint("stage IN ('draft', 'approved', 'released')", name="stage_known"),
)

remark_reviews = Table(
    "remark_reviews",
    metadata,
    Column("round", Text, primary_key=True),
    Column("evaluation", Text, primary_key=True),
    Column("question", Text, primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("topic", Text, nullable=False),
    Column("sentence", Text, nullable=False),
    Column("proposed_by", Text, nullable=False),
    Column("confirmed_by", Text),
    CheckConstraint("kind IN ('keep', 'paraphrase', 'withhold')", name="kind_known"),
    CheckConstraint("confirmed_by <> proposed_by", name="two_people"),
)
