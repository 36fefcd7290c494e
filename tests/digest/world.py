"""Days for the digest's tests: invented outlets and incidents in eight languages."""

from datetime import UTC, date, datetime, timedelta

from monitor.digest.day import Copy, Day, DayCount, Item, SourceState
from monitor.model import Hit

END = datetime(2026, 11, 23, 20, tzinfo=UTC)
TITLES = {
    "az": (
        "Ağdamda mina partladı, çoban yaralandı",
        "Hadisə Qızıllı kəndi yaxınlığında mina partlaması nəticəsində baş verib.",
        "mina partlaması",
    ),
    "ru": (
        "Тракторист подорвался на мине под Физули",
        "Трактор наехал на противотанковую мину у края поля.",
        "противотанковую мину",
    ),
    "hy": ("Ականի պայթյուն Տավուշում", "Հովիվը վիրավորվել է ականի պայթյունից։", "ականի պայթյունից"),
    "ka": ("ნაღმის აფეთქება გორთან", "ნაღმის აფეთქებას ერთი ადამიანი ემსხვერპლა.", "ნაღმის აფეთქებას"),
    "tr": ("Iğdır'da mayın patladı", "Mayın patlaması sonucu bir kişi yaralandı.", "Mayın patlaması"),
    "uk": (
        "На Херсонщині чоловік підірвався на міні",
        "Чоловік підірвався на міні, коли косив траву.",
        "підірвався на міні",
    ),
    "fa": ("انفجار مین در مریوان یک زخمی برجا گذاشت", "این حادثه بر اثر انفجار مین رخ داد.", "انفجار مین"),
    "ar": ("انفجار لغم أرضي يصيب راعيا", "أصيب الراعي بانفجار لغم أرضي قرب القرية.", "لغم أرضي"),
}


def item(language="az", *, number=0, category="incident", score=9.0, title=None, hits=None, **more):
    headline, sentence, form = TITLES[language]
    hit = Hit(term=f"{language}:mine", form=form, weight=3, sentence=sentence, language=language, kind="event")
    values = {
        "name": f"{number:03d}_{number:016x}.txt",
        "url": f"https://{language}.xeber.example/{number}",
        "title": headline if title is None else title,
        "language": language,
        "source": f"xeber-{language}",
        "source_name": "Xəbər Evi",
        "country": "AZ",
        "category": category,
        "score": score,
        "published_at": END - timedelta(hours=5),
        "seen_at": END - timedelta(hours=4, seconds=number),
        "hits": (hit,) if hits is None else hits,
    }
    return Item(**(values | more))


def day(items=(), *, sources=3, ailing=(), **more):
    states = tuple(SourceState(id=f"s{n}", name=f"Outlet {n}", status="ok") for n in range(sources)) + tuple(ailing)
    history = tuple(
        DayCount(day=date(2026, 11, 10) + timedelta(days=n), articles=n, incidents=n // 3) for n in range(14)
    )
    values = {
        "digest": "daily",
        "day": date(2026, 11, 23),
        "zone": "Asia/Baku",
        "start": END - timedelta(days=1),
        "end": END,
    }
    return Day(items=tuple(items), sources=states, history=history, discovered=41, **(values | more))


def every_language():
    copies = (Copy(url="https://telqraf.example/7", source_name="Teleqraf", seen_at=END - timedelta(hours=3)),)
    return tuple(item(lang, number=n, copies=copies if n == 0 else ()) for n, lang in enumerate(TITLES))
