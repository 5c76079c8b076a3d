"""Staff roles. One account holds one role (三员分立: duties that watch each other never meet in one hand)."""

from __future__ import annotations

OFFICE = "office"
CUSTODIAN = "custodian"
READER = "reader"
AUDITOR = "auditor"
SYSTEM_ADMIN = "system-admin"
SECURITY_ADMIN = "security-admin"

ROLES = (OFFICE, CUSTODIAN, READER, AUDITOR, SYSTEM_ADMIN, SECURITY_ADMIN)
