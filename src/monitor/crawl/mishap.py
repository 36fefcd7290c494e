"""What may go wrong between a request and its answer, and how a person is told."""

from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    NotSupported,
    ResponseDataLossError,
    UnsupportedURLSchemeError,
)
from twisted.internet.error import ConnectError, ConnectingCancelledError, ConnectionDone, ConnectionLost
from twisted.web.client import RequestGenerationFailed, ResponseFailed

BROKEN = (ResponseDataLossError, DownloadFailedError, ConnectionDone, ConnectionLost, ResponseFailed)
"""The answer broke off on the way: worth a second try."""

SILENT = (
    DownloadConnectionRefusedError,
    CannotResolveHostError,
    DownloadTimeoutError,
    ConnectError,
    ConnectingCancelledError,
)
"""Nobody answers there: the next request would fare no better."""

MISHAPS = (
    *BROKEN,
    *SILENT,
    DownloadCancelledError,
    RequestGenerationFailed,
    IgnoreRequest,
    NotSupported,
    UnsupportedURLSchemeError,
    OSError,  # a body that cannot be decompressed
    ValueError,  # a host name or header that cannot be written on the wire
)
"""Everything that Scrapy and Twisted raise when a request gets no usable answer."""

_WORDS: tuple[tuple[type[Exception], str], ...] = (
    (ResponseDataLossError, "the answer broke off"),
    (DownloadConnectionRefusedError, "connection refused"),
    (CannotResolveHostError, "the host name does not exist or was not resolved in time"),
    (DownloadTimeoutError, "no whole answer within the time limit"),
    (DownloadCancelledError, "the answer is larger than allowed"),
    (ConnectionDone, "the connection was closed"),
    (ConnectionLost, "the connection was lost"),
    (ConnectError, "no connection"),
)


def reason(error: Exception) -> str:
    """What happened, in a few words without the address."""
    if isinstance(error, DownloadFailedError | ResponseFailed):
        return _inside(error)
    for kind, words in _WORDS:
        if isinstance(error, kind):
            return words
    if isinstance(error, IgnoreRequest):
        text = str(error) or "refused"
        return "the answer is larger than allowed when decompressed" if "DOWNLOAD_MAXSIZE" in text else text
    return f"no usable answer ({type(error).__name__}: {str(error)[:200]})"


def _inside(error: Exception) -> str:
    # Twisted wraps the true cause: a failed TLS handshake, a reset, a status line that is none.
    cause = error.__cause__ or error
    reasons = getattr(cause, "reasons", None) or ()
    texts = [failure.getErrorMessage() for failure in reasons if hasattr(failure, "getErrorMessage")]
    said = "; ".join(dict.fromkeys(text for text in texts if text))
    if "certificate" in said:
        return f"the certificate is not valid ({said[:200]})"
    return f"the connection broke ({said[:200]})" if said else "the connection broke"
