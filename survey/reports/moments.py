"""Moments as paper says them: Arabic digits without leading zeros (GB/T 9704), in Beijing time."""

from __future__ import annotations

from datetime import datetime

from survey.domain.local_time import BEIJING


def moment(when: datetime) -> tuple[str, str]:
    """(Chinese, English), to the minute. when: an aware time."""
    local = when.astimezone(BEIJING)
    return (
        f"{local.year}年{local.month}月{local.day}日{local.hour}时{local.minute:02}分",
        f"{local:%Y-%m-%d %H:%M} (Beijing time)",
    )
