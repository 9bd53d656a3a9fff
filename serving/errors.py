"""What a client may learn of an error: a code, a status and a message without paths or tracebacks.

    Refusal                  the request, by the caller's mistake
    ├── Unauthorized         no token, or one that is not valid
    └── TooLarge             a body, an address or a query beyond the limits

Everything else that goes wrong is the server's own, and only its log knows more.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

from orchestration.core.errors import EmbudoError, QueryInvalid, ReleaseCorrupt, ResourceExhausted
from semantic_layer.release_store import ReleaseUnknown

UNAUTHORIZED_MESSAGE = "User is not authorized"
"""The words by which dbt's clients recognise it."""

_log = logging.getLogger("embudo.serving")


class Refusal(EmbudoError):
    """A request that is refused before anything is queried."""

    status = 400
    code = "bad_request"


class Unauthorized(Refusal):
    """A request without a valid token."""

    status = 401
    code = "unauthorized"


class TooLarge(Refusal):
    """A request beyond the limits of size."""

    status = 413
    code = "too_large"


class NotFound(Refusal):
    """What an address names does not exist."""

    status = 404
    code = "not_found"


@dataclass(frozen=True, kw_only=True)
class PublicError:
    """An error as a client sees it."""

    status: int
    code: str
    message: str


def public(error: BaseException) -> PublicError:
    """The part of an error that a client may see; what it may not is logged."""
    if isinstance(error, Refusal):
        return PublicError(status=error.status, code=error.code, message=str(error))
    if isinstance(error, ReleaseUnknown):
        return PublicError(status=404, code="release_unknown", message=str(error))
    if isinstance(error, QueryInvalid):
        return PublicError(status=400, code="query_invalid", message=str(error))
    if isinstance(error, ReleaseCorrupt):
        _log.error("a release cannot be read: %s", error)
        message = "The release cannot be read. The server's log states why; `embudo doctor` checks the home."
        return PublicError(status=503, code="release_unreadable", message=message)
    if isinstance(error, ResourceExhausted | MemoryError) or type(error) is EmbudoError:
        _log.error("a request could not be answered: %s", error)
        message = (
            "The query needs more memory than the server gives it. Request fewer columns, a coarser "
            "grain or a shorter time."
        )
        return PublicError(status=503, code="resources_exhausted", message=message)
    _log.error("a request failed", exc_info=error)
    message = "The server could not answer this request. Its log states why."
    return PublicError(status=500, code="internal_error", message=message)
