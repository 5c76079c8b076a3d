"""Reading a request body of exactly known length.

Law: a body that is too long is refused before it is read; memory per request is bounded whatever is sent.
"""

from __future__ import annotations

from flask import Request

from survey.errors import TooLarge, WrongLength, WrongMediaType

LIMIT = 256 * 1024  # bytes; more than any body of this interface


def read_exactly(request: Request, length: int, media_type: str) -> bytes:
    """The body, if it has this media type and exactly `length` bytes.

    Raises WrongMediaType, WrongLength, TooLarge.
    """
    if request.mimetype != media_type:
        raise WrongMediaType(f"The body must have the type {media_type}.")
    announced = request.content_length
    if announced is not None and announced > LIMIT:
        raise TooLarge(f"The body must have exactly {length} bytes.")
    if announced is not None and announced != length:
        raise WrongLength(f"The body must have exactly {length} bytes; {announced} were announced.")
    # One byte more than expected tells a longer chunked body apart without reading it all.
    body = request.stream.read(length + 1)
    if len(body) != length:
        raise WrongLength(f"The body must have exactly {length} bytes.")
    return body
