from collections.abc import Mapping
from io import BytesIO
from typing import Any

# Narrower than the truth on purpose: anything but BytesIO may be taken for an address or a path and opened.
def parse(
    url_file_stream_or_string: BytesIO,
    *,
    response_headers: Mapping[str, str],
    resolve_relative_uris: bool,
    sanitize_html: bool,
) -> Mapping[str, Any]: ...
