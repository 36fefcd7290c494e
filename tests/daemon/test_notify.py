import socket

from monitor.daemon import notify


def test_a_manager_that_has_gone_stops_nothing(tmp_path, monkeypatch):
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "gone"))
    notify.tell("WATCHDOG=1")


def test_the_manager_has_the_message(tmp_path, monkeypatch):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as wire:
        wire.bind(str(tmp_path / "notify"))
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        notify.tell("READY=1")
        assert wire.recv(100) == b"READY=1"


def test_the_watchdog_is_asked_only_for_our_own_process(monkeypatch):
    monkeypatch.setenv("WATCHDOG_USEC", "2000000")
    assert notify.watchdog_interval() == 2
    monkeypatch.setenv("WATCHDOG_PID", "1")
    assert notify.watchdog_interval() is None
