"""What the domain needs from outside, as promises (Protocols). storage/ keeps them; tests keep them with dictionaries.

A module here is called like the one of storage/ that keeps it: registry, ballot_box, notice_board (custodians),
partial_files, key_files, work_book; those of accounts and sessions stand together in staff. Two more stand beside what
they serve: Library in forms/library.py, ReportStore in results/release.py.
Law: Registry knows invitations, BallotBox knows ballots. No call takes or returns something of both, and no
transaction spans both: an operator who joined them in time would have the order of people.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

Clock = Callable[[], datetime]  # an aware UTC time
Randomness = Callable[[int], bytes]  # n -> n random bytes
