"""Tables of the registry: rounds, frozen manifests, invitations, tally records.

Law: nothing here refers to a ballot or a token, and an invitation carries no time.
"""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Integer, LargeBinary, MetaData, Table, Text

from survey.storage.database import NAMING

UNUSED, USED, VOID = 0, 1, 2

# An unused code carries a digest of the same length: a row that grew on use would be moved inside its page, and the
# page would show the order in which codes were used.
NO_REQUEST = bytes(32)

metadata = MetaData(naming_convention=NAMING)

rounds = Table(
    "rounds",
    metadata,
    Column("id", Text, primary_key=True),
    Column("number", Integer, nullable=False, unique=True),  # order in lists
    Column("name", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("document", Text, nullable=False),  # see round_documents.py
    Column("boxes_digest", LargeBinary),
    CheckConstraint("length(boxes_digest) = 32", name="boxes_digest_length"),
)

evaluations = Table(
    "evaluations",
    metadata,
    Column("id", Text, primary_key=True),
    Column("round", Text, ForeignKey("rounds.id"), nullable=False, index=True),
    Column("manifest", LargeBinary),
    Column("root", LargeBinary),
    CheckConstraint("length(root) = 32", name="root_length"),
)

tally_records = Table(
    "tally_records",
    metadata,
    Column("round", Text, ForeignKey("rounds.id"), primary_key=True),
    Column("record", LargeBinary, nullable=False),
)

opening_statements = Table(
    "opening_statements",
    metadata,
    Column("round", Text, ForeignKey("rounds.id"), primary_key=True),
    Column("seat", Integer, primary_key=True),  # the custodian's index, 1 ..
    Column("statement", LargeBinary, nullable=False),  # as it was signed, see domain/custody/statements.py
)

destruction_records = Table(
    "destruction_records",
    metadata,
    Column("round", Text, ForeignKey("rounds.id"), primary_key=True),
    Column("record", LargeBinary, nullable=False),  # see domain/destruction.py
)

turnout_snapshots = Table(
    "turnout_snapshots",
    metadata,
    Column("round", Text, ForeignKey("rounds.id"), primary_key=True),
    # The number of a window of ten minutes since 1970: no exact time.
    Column("window", Integer, nullable=False),
    Column("counts", LargeBinary, nullable=False),  # in steps of five already
)

invitations = Table(
    "invitations",
    metadata,
    Column("evaluation", Text, ForeignKey("evaluations.id"), primary_key=True),
    Column("code_mac", LargeBinary, primary_key=True),
    Column("unit", Text, nullable=False),
    Column("state", Integer, nullable=False),
    Column("request_digest", LargeBinary, nullable=False),
    CheckConstraint("length(code_mac) = 32", name="code_mac_length"),
    CheckConstraint("length(request_digest) = 32", name="request_digest_length"),
    CheckConstraint("state IN (0, 1, 2)", name="state_known"),
    sqlite_with_rowid=False,
    postgresql_partition_by="LIST (evaluation)",
)
