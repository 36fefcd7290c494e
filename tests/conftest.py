import os

import pytest


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the caller's environment says of homes and settings is not what a test means."""
    for name in os.environ:
        if name.upper().startswith("MONITOR_") or name == "NO_COLOR":
            monkeypatch.delenv(name)
