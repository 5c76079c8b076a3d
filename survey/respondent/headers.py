"""The headers of every answer to a phone: the same for everybody, and nothing allowed that the pages do not need.

Sources: the pages' own needs (one script, one style sheet, requests to this installation, pictures drawn on the phone);
Content Security Policy Level 3, Trusted Types, Permissions Policy.
"""

from __future__ import annotations

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src data:",  # the receipt as a picture
        "connect-src 'self'",
        "form-action 'none'",  # forms are for the Enter key; the browser itself never sends one
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",  # no text ever becomes markup or script
    )
)

# What could recognise a person or a place. Not longer: it is sent with every answer, also over a slow network. The
# clipboard stays, because a receipt can be copied.
_OFF = (
    "accelerometer",
    "browsing-topics",
    "camera",
    "display-capture",
    "geolocation",
    "gyroscope",
    "hid",
    "idle-detection",
    "local-fonts",
    "magnetometer",
    "microphone",
    "payment",
    "serial",
    "usb",
)

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join(f"{feature}=()" for feature in _OFF),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
