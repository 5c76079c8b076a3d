"""Staff roles. One account holds one role (三员分立: duties that watch each other never meet in one hand)."""

from __future__ import annotations

OFFICE = "office"
CUSTODIAN = "custodian"
READER = "reader"
AUDITOR = "auditor"
SYSTEM_ADMIN = "system-admin"
SECURITY_ADMIN = "security-admin"

ROLES = (OFFICE, CUSTODIAN, READER, AUDITOR, SYSTEM_ADMIN, SECURITY_ADMIN)

# They see rounds, reports, accounts or the log, so a stolen password alone must open nothing (GB/T 22239, 8.1.4.1 d).
# The other two have no page here but their own account.
WITH_SECOND_FACTOR = frozenset({OFFICE, READER, AUDITOR, SECURITY_ADMIN})
