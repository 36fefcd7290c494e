"""Leases are held by processes, and those of dead ones are known to be free."""

import os
import socket
import subprocess
import sys

import pytest

from monitor.crawl.holder import gone, me


def test_this_process_is_not_gone() -> None:
    assert not gone(me())
    assert not gone(f"{me()}/7")


def test_a_process_that_has_ended_is_gone() -> None:
    code = "from monitor.crawl.holder import me; print(me())"
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
    assert gone(f"{other}/1")


def test_a_later_process_with_the_same_number_is_another() -> None:
    assert gone(f"{socket.gethostname()}/{os.getpid()}/1")


@pytest.mark.parametrize("holder", ["", "daemon", "elsewhere/1/1", "elsewhere/99999999/5"])
def test_who_is_on_another_machine_or_unknown_is_not_called_gone(holder: str) -> None:
    assert not gone(holder)
