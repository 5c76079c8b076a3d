"""Tables of the ballot box.

Law: a ballot carries no time, sequence, unit, code, address or language; its key is the digest of its token, which
nobody can tell from any other. Nothing here refers to the registry.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

from survey.storage.database import NAMING

metadata = MetaData(naming_convention=NAMING)

boxes = Table(
    "boxes",
    metadata,
    Column("evaluation", Text, primary_key=True),
    Column("is_open", Boolean, nullable=False),
    sqlite_with_rowid=False,
)

ballots = Table(
    "ballots",
    metadata,
    Column("evaluation", Text, ForeignKey("boxes.evaluation"), primary_key=True),
    Column("token_digest", LargeBinary, primary_key=True),
    Column("token", LargeBinary, nullable=False),
    Column("enc", LargeBinary, nullable=False),
    Column("ct", LargeBinary, nullable=False),
    Column("receipt", LargeBinary, nullable=False),
    UniqueConstraint("evaluation", "receipt"),
    CheckConstraint("length(token_digest) = 32", name="token_digest_length"),
    CheckConstraint("length(token) = 354", name="token_length"),
    CheckConstraint("length(enc) = 65", name="enc_length"),
    CheckConstraint("length(receipt) = 32", name="receipt_length"),
    sqlite_with_rowid=False,
    postgresql_partition_by="LIST (evaluation)",
)
