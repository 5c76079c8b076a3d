"""Moments as paper says them: Arabic digits without leading zeros (GB/T 9704), in the zone in which they were given."""

from __future__ import annotations

from datetime import datetime, timedelta


def moment(when: datetime) -> tuple[str, str]:
    """(Chinese, English), to the minute; the zone is named where it is not that of Beijing."""
    zone = when.strftime("%z")
    is_local = when.utcoffset() == timedelta(hours=8)
    named = "" if is_local or not zone else f"UTC{zone[:3]}:{zone[3:]}" if int(zone) else "UTC"
    return (
        f"{when.year}年{when.month}月{when.day}日{when.hour}时{when.minute:02}分" + (f"（{named}）" if named else ""),
        f"{when:%Y-%m-%d %H:%M}" + (f" {named}" if named else ""),
    )
