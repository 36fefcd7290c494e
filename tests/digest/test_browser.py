"""The digest in a real browser: nothing sticks out and nothing is asked for."""

import json
import re
import shutil
import subprocess

import pytest

from monitor.digest import urgent
from monitor.digest.alarm import Alarm
from monitor.digest.compose import message
from tests.digest.test_compose import MAILING, failing, parts
from tests.digest.world import day, every_language, item

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed (Debian: apt-get install chromium)")
MEASURE = """<script>
const wide = [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > innerWidth + 1
  || e.getBoundingClientRect().left < -1);
const rtl = [...document.querySelectorAll('[dir=rtl] h3')].map(e => getComputedStyle(e).direction);
document.title = JSON.stringify({width: document.documentElement.scrollWidth, inner: innerWidth,
  wide: wide.map(e => e.tagName), rtl: [...new Set(rtl)], back: getComputedStyle(document.body).backgroundColor});
</script></body>"""


def digest():
    long = "minatəmizləmə" * 12
    items = [*every_language(), item("az", number=30, title=long), item("ru", number=31, category="policy")]
    return message(day(items, ailing=[failing(long)]), MAILING)


def alarm():
    found = Alarm(item=item("fa", number=1))
    return urgent.message(found, MAILING, digest="desk", zone="Asia/Tehran")


def seen(mail, tmp_path, *, width, dark):
    """What the browser measured, and the addresses that it asked for."""
    _, page = parts(mail)
    file, log = tmp_path / "digest.html", tmp_path / "net.json"
    file.write_text(page.replace("</body>", MEASURE), encoding="utf-8")
    command = [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    command += [
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
        "--host-resolver-rules=MAP * ~NOTFOUND",
    ]
    command += [f"--user-data-dir={tmp_path / 'profile'}", f"--log-net-log={log}", f"--window-size={width},1200"]
    command += ["--blink-settings=preferredColorScheme=0"] if dark else []
    done = subprocess.run(
        [*command, "--dump-dom", file.as_uri()], capture_output=True, text=True, timeout=100, check=False
    )
    title = re.search(r"<title>(\{.*?\})</title>", done.stdout)
    assert title, done.stderr[-500:]
    asked = {url for url in re.findall(r'"url":"(https?://[^"]+)"', log.read_text("utf-8")) if ".example" in url}
    return json.loads(title[1]), asked


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [360, 800])
@pytest.mark.parametrize("mail", [digest, alarm], ids=["digest", "urgent"])
def test_nothing_sticks_out_nothing_is_asked_for_and_rtl_is_rtl(tmp_path, mail, width, dark):
    page, asked = seen(mail(), tmp_path, width=width, dark=dark)
    assert page["width"] <= page["inner"]
    assert page["wide"] == []
    assert page["rtl"] == ["rtl"]
    assert asked == set()
    assert page["back"] == ("rgb(20, 24, 31)" if dark else "rgb(255, 255, 255)")
