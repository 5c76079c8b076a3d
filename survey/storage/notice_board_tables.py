"""Tables of the notice board: who is invited, which attempt runs, what was said.

Law: no secret of a custodian is in here; whoever steals these tables has seen what every custodian saw.
"""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Integer, LargeBinary, MetaData, Table, Text

from survey.storage.database import NAMING

metadata = MetaData(naming_convention=NAMING)

ceremonies = Table(
    "ceremonies",
    metadata,
    Column("round", Text, primary_key=True),
    Column("attempt", Integer, nullable=False),
    Column("stopped", Text),  # why the attempt ended without a key
)

custodian_invitations = Table(
    "custodian_invitations",
    metadata,
    Column("round", Text, primary_key=True),
    Column("seat", Integer, primary_key=True),  # the custodian's index, 1 ..
    Column("secret_digest", LargeBinary, nullable=False, unique=True),
    CheckConstraint("length(secret_digest) = 32", name="secret_digest_length"),
)

notices = Table(
    "notices",
    metadata,
    Column("round", Text, primary_key=True),
    Column("attempt", Integer, primary_key=True),
    Column("phase", Text, primary_key=True),
    Column("seat", Integer, primary_key=True),
    Column("message", LargeBinary, nullable=False),
)

custodian_replacements = Table(  # where the attempts from now on replace a custodian: the key as it was (JSON)
    "custodian_replacements",
    metadata,
    Column("round", Text, primary_key=True),
    Column("replaces", Text, nullable=False),
)

opening_records = Table(
    "opening_records",
    metadata,
    Column("round", Text, primary_key=True),
    Column("record", LargeBinary, nullable=False),
)
