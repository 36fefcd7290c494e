from collections.abc import Mapping
from datetime import datetime

class DateData:
    date_obj: datetime | None

class DateDataParser:
    def __init__(
        self,
        languages: list[str] | None = ...,
        *,
        settings: Mapping[str, object] | None = ...,
        use_given_order: bool = ...,
    ) -> None: ...
    def get_date_data(self, date_string: str) -> DateData: ...
