import json
from pathlib import Path

from tests.cli.conftest import Monitor
from tests.cli.test_doctor import settings
from tests.receiver import Receiver

SECRET = "whsec_cmVkYWtzaXlhbsSxbiBhw6dhcsSx"
ARTICLE = {
    "url": "https://alpha.example/1",
    "title": "ნაღმზე აფეთქდა მწყემსი",
    "text": "მწყემსი ნაღმზე აფეთქდა სოფელთან და დაიღუპა. გამოძიება დაწყებულია, ტერიტორია შემოღობილია.",
    "language": "ka",
}


def hook(home: Path, desk: Receiver, more: str = "") -> None:
    secret = home / "secret"
    secret.write_text(SECRET, encoding="utf-8")
    secret.chmod(0o600)
    settings(home, f"[[hook]]\nname = 'desk'\nurl = '{desk.url}'\nsecret_file = '{secret}'\ntimeout = 1\n{more}")


def test_a_trial_notice_shows_whether_the_hook_answers(monitor: Monitor, home: Path) -> None:
    with Receiver("204") as desk:
        hook(home, desk)
        good = monitor("hook", "test", "desk")
        desk.answer = "404"
        bad = monitor("hook", "test", "desk")

    assert (good.code, good.out) == (0, f"accepted  127.0.0.1:{desk.port}: 204 No Content\n")
    assert (bad.code, bad.out) == (1, f"refused   127.0.0.1:{desk.port}: 404 Not Found\n")
    assert json.loads(desk.requests[0].body)["type"] == "monitor.test"
    assert desk.requests[0].headers["webhook-signature"].startswith("v1,")


def test_a_hook_that_is_not_there_is_named(monitor: Monitor, home: Path) -> None:
    settings(home)

    said = monitor("hook", "test", "desk")

    assert (said.code, "no [[hook]] is named 'desk'; there are: none" in said.err) == (2, True)


def test_an_article_that_is_handed_in_is_told_and_what_went_wrong_is_seen_and_mended(
    monitor: Monitor, home: Path, tmp_path: Path
) -> None:
    lines = tmp_path / "rows.jsonl"
    lines.write_text(json.dumps(ARTICLE) + "\n", encoding="utf-8")
    with Receiver("410") as desk:
        hook(home, desk)
        taken = monitor("ingest", str(lines))
        listed = json.loads(monitor("hook", "list", "--json").out)
        status, doctor = monitor("status"), monitor("doctor")
        desk.answer = "200"
        mended = monitor("hook", "retry", "desk")

    assert "hook desk: 410 Gone: switched off; `monitor hook retry desk`" in taken.err
    assert (listed["state"], listed["given_up"], listed["place"]) == ("off", 1, f"127.0.0.1:{desk.port}")
    assert "NOT HEALTHY  the hook desk is off: 410 Gone" in status.out
    assert (doctor.code, "bad   hook desk" in doctor.out) == (1, True)
    assert mended.out == "1 notice tried again: 1 accepted, 0 waiting\n"
    body = json.loads(desk.requests[-1].body)
    assert (body["type"], body["data"]["title"]) == ("article.landed", ARTICLE["title"])
    assert "T0KEN" not in "".join(s.out + s.err for s in (taken, status, doctor, mended))


def test_doctor_looks_at_hooks_and_posts_nothing(monitor: Monitor, home: Path) -> None:
    with Receiver("200") as desk:
        hook(home, desk, "[[hook]]\nname = 'far'\nurl = 'http://desk.example/T0KEN'\n")
        found = monitor("doctor")
        (home / "secret").chmod(0o644)
        open_to_all = monitor("doctor")
        (home / "secret").unlink()
        missing = monitor("doctor")

    assert f"ok    hook desk    127.0.0.1:{desk.port}, signed with 1 key" in found.out
    assert "desk.example:80, not signed" in found.out
    assert "not encrypted" in found.out
    assert f"chmod 600 {home / 'secret'}" in open_to_all.out
    assert (missing.code, "secret_file" in missing.out) == (1, True)
    assert desk.requests == []
    for said in (found, open_to_all, missing):
        assert "T0KEN" not in said.out + said.err
        assert SECRET not in said.out + said.err
