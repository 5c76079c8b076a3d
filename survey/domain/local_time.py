"""The zone the people of a round live in: stores and files hold UTC, forms, pages and papers say this one."""

from __future__ import annotations

from datetime import timedelta, timezone

BEIJING = timezone(timedelta(hours=8))
