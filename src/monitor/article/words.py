"""What web pages of the region call their parts: names in mark-up, furniture lines, labels of bylines.

Each is a list to add to; none names an outlet. Matching is whole-line and without regard to case.
"""

import re


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _any(*patterns: str) -> str:
    return "(?:" + "|".join(patterns) + ")"


INLINE = _set("""
    a abbr acronym b bdi bdo big cite code data del dfn em font i img ins kbd label mark nobr q s samp small span strike
    strong sub sup time tt u var wbr picture source rt rp ruby amp-img
""")
"""Elements that do not begin a new line."""

UNSEEN = _set("""
    script style noscript template svg math iframe button select option textarea input object embed video audio canvas
    map head datalist meter progress amp-ad amp-analytics amp-iframe amp-social-share
""")
"""Elements whose text a reader of the story does not see."""

FURNITURE = _set("nav aside footer dialog menu figcaption")
ROLES = _set("navigation complementary contentinfo banner search dialog alertdialog menu menubar toolbar")

AROUND = _set("""
    nav navbar navigation menu menus submenu sidebar sidenav aside footer foot breadcrumb breadcrumbs crumbs related
    relateds recommended recommend recommendations similar popular trending mostread mostviewed share sharing shares
    social socials sharebar addtoany comments comment commentlist disqus cookie cookies consent gdpr banner banners
    advert adverts advertisement ads adsbygoogle promo promos sponsored newsletter subscribe subscription signup tags
    tagcloud taglist hashtags pagination pager paginator copyright login register modal popup toolbar ticker marquee
    weather currency rates latest lastnews teaser teasers readmore seealso alsolike youmaylike onthistopic outbrain
    taboola mgid fontsize font-size textsize resizer counter counters views viewcount hits skip-link
    caption captions figcaption slideshow photocredit credit credits
    screen-reader-text sr-only visually-hidden visuallyhidden
""")
"""Words in class and id that developers of all countries use for what stands around a story."""

PAGE = _set("has with no without content wrapper container layout page body")
"""Words that make a name speak of the whole page: "has-sidebar", "page-menu-wrapper"."""

STATES = _set("has with no without body")
"""Of those the words that tell what a page has."""

SURELY_AROUND = _set("footer breadcrumb breadcrumbs comments commentlist disqus cookie cookies copyright newsletter")
"""Of those the words that no whole page is called by: "footer-wrapper" is the footer."""

AROUND_PAIRS = re.compile(
    _any(
        r"(?:most|more|last|latest|top|other|also|read|next|prev|previous|similar|hot)[-_ ]?"
        r"(?:read|viewed|popular|news|stories|articles|posts|more|also|topics|xeber|xeberler|haber|haberler|novosti)",
        r"(?:side|left|right)[-_ ]?(?:bar|panel|menu)",
        r"(?:post|article|entry)[-_ ]?(?:tags|nav|navigation|related|share)",
        r"(?:author|about)[-_ ]?(?:box|bio)",
        r"(?:view|read)s?[-_ ]?count",
        r"you[-_ ]?(?:may|might)",
        r"skip[-_ ]?(?:to|link)",
    )
)

HEART = re.compile(
    r"(?:entry|article|post|story|news|text|single|page|detail|full)[-_]{0,2}(?:content|body|text|detail|full|inner)"
    r"|articleBody|body-?text|full-?text|story-?text|news-?text|td-post-content|xeber|metn|haber-?metni",
    re.IGNORECASE,
)
"""Names in class and id for the element that holds a story's text."""

_NETWORKS = _any(
    "facebook|twitter|telegram|whatsapp|vk|e-?mail|linkedin|pinterest|viber|messenger|instagram|youtube|ok",
    "print|link|copy link",
)
_VIEWS = _any(
    "views?", "reads?", "просмотр(?:ов|ы|а)?", "просмотрено", "прочитано", "перегляд(?:ів"
    "|и)?", "переглянуто", "oxunub",
    r"oxunma(?:\s+sayı)?", r"baxış(?:\s+sayı)?", "baxılıb", r"okunma(?:\s+sayısı)?", "görüntülenme", "դիտում(?:ներ)?",
    "դիտվել է", "ნახვები", "ნახვა", "ნანახია", "بازدید", "تعداد بازدید", "المشاهدات", "مشاهدات", "مشاهدة",
    "عدد المشاهدات",
    "عدد القراءات",
)  # fmt: skip
_TAGS = _any(
    "tags?", "teqlər", "açar sözlər", "etiketl[eə]r", "теги", "теґи", "метки", "ключевые слова", "թեգեր",
    "պիտակներ", "ტეგები",
    "თეგები", "تگ ?ها", "برچسب ?ها", "الوسوم", "كلمات مفتاحية", "مواضيع", "more about",
)  # fmt: skip
_SHARE = _any(
    "share", "paylaş(?:ın"
    "|maq)?", "поделиться", "поделитесь", "поширити", "поділитися", "կիսվել", "տարածել", "გაზიარება",
    "გააზიარე", "اشتراک ?گذاری", "به اشتراک بگذارید", "مشاركة", "شارك", "print", "çap et", "çap versiyası",
    "печать", "распечатать",
    "версия для печати", "yazdır", "друк", "տպել", "ბეჭდვა", "چاپ", "طباعة",
)  # fmt: skip

FURNITURE_LINE = re.compile(
    _any(
        # Widgets: font size, break points, loaders, counters, players.
        r"[\W_]+",
        r"\+?\s*↺?\s*[−–-]?\s*\d+\s?px",
        r"[aа][+−–-]{0,2}(?:\s*[aа][+−–-]{0,2})+",
        "xs|sm|md|lg",
        r"yandex metrika counter|loading(?:\.\.\.|…)?|please wait|orphus.{0,20}",
        r"0:00 \d:\d{2}.*|no media source currently available|accessibility links",
        # How often it was read, what it is tagged with, where to pass it on.
        rf"(?:\w+\s)?{_VIEWS}\s*[:：։-]?\s*[\d\s.,٫٬]+k?(?:\s*(?:times|dəfə|kez|раз|раза|разів))?",
        rf"[\d\s.,]+k?\s*(?:(?:dəfə|раз|раза)\s+)?{_VIEWS}",
        rf"{_TAGS}\s*[:：։].{{0,200}}",
        rf"{_SHARE}\s*[:։]?(?:\s*(?:on|x|in|{_SHARE}|{_NETWORKS}|[|/,·•:]))*",
        rf"(?:(?:{_NETWORKS})[\s|/,·•]*)+",
        # Follow, subscribe, comment, report an error.
        r"(?:follow|join|like|find) us (?:on|in)\b.{0,80}",
        r"(?:subscribe to|sign up (?:for|to)|get our newsletter)\b.{0,100}",
        r"(?:write|leave|post|add) a comment|(?:no|\d+) comments?|(?:şərh|yorum) yaz\w*|şərhlər.{0,20}"
        r"|yorumlar.{0,20}",
        r"комментарии.{0,20}|комментировать|(?:оставить|добавить) комментарий|написать отзыв|коментарі.{0,20}",
        r".{0,100}ctrl\s*\+\s*enter.{0,80}",
        # Legal, copyright, advertising.
        r"(?:legal disclaimer|постоянный адрес новости|permalink|short link)\s*:.*|menafn\d{8,}id\d+",
        r"this (?:web)?site uses cookies.*|(?:©|\(c\)|copyright).{0,160}|all rights reserved.{0,80}",
        r"(?:настоящий материал|данное сообщение)\b.*иностранн.*",
        "advertisement|sponsored|reklam|реклама|գովազդ|რეკლამა|تبلیغات|آگهی|إعلان",
        # Heads of lists.
        "breaking news|last minute|(?:more|latest|top) news|(?:read|see|show) more|son xəbərlər|son dəqiqə"
        "|xəbər lenti|son haberler",
        "лента новостей|последние новости|останні новини|վերջին նորություններ|ბოლო სიახლეები|آخرین اخبار|آخر الأخبار",
    ),
    re.IGNORECASE,
)  # fmt: skip
"""A line that is page furniture in whole; numbers stand for any number."""

_INVITES = _any(
    r"subscribe|follow us|join (?:us|our)|abunə ol(?:un)?|izlə(?:yin)?|qoşul(?:un)?|подпи(?:шитесь|шись"
    r"|сывайтесь|сывайся)|следите за",
    r"читайте нас|присоединяйтесь|підпи(?:шіть|суйте)с[ья]|стежте за|приєднуйтес[ья]|долучайтес[ья]",
    r"բաժանորդագրվե[՛]?ք|հետևե[՛]?ք|միացե[՛]?ք|გამოიწერეთ|გამოგვყევით|შემოგვიერთდით|გამოგვიწერეთ",
    r"abone ol(?:un)?|takip ed(?:in|iniz)|katılın|دنبال کنید|بپیوندید|عضو شوید|مشترک شوید|تابعونا|تابعنا"
    r"|تابعوا|اشتركوا?|انضموا?",
)
_CHANNELS = _any(
    "telegram|whatsapp|facebook|instagram|youtube|google news|viber|newsletter|rss|kanal|channel|канал"
    "|телеграм|телеграмі|рассылк|розсилк",
    "տելեգրամ|ալիք|տելեգրամյան|ტელეგრამ|არხ|فيسبوك|تلغرام|تليغرام|تلگرام|قناة|قناتنا|کانال|واتساب|خبرنامه"
    "|النشرة|bülten|bülleten",
)
INVITATION = re.compile(
    rf"(?=.{{0,200}}\b{_INVITES})(?=.{{0,250}}{_CHANNELS}).{{0,300}}", re.IGNORECASE | re.DOTALL
)  # fmt: skip
"""A line that asks the reader to follow a channel: it names one and speaks in the imperative."""

SENDS_AWAY = re.compile(
    _any(
        r"(?:read|see) (?:also|more|next)|also read|related(?: (?:news|stories|articles|posts|topics))?"
        r"|recommended|don['’]t miss",
        "you (?:might|may) also like|more (?:on|from) this(?: topic)?|most (?:read|viewed|popular)",
        r"(?:bunu|bunları|həmçinin|xəbəri)?\s*(?:da|də)?\s*oxuyun|həmçinin (?:oxu\w*|bax\w*)|oxşar xəbərlər"
        r"|əlaqəli xəbərlər",
        r"bu mövzuda|mövzu ilə bağlı|ən çox oxunan\w*|digər xəbərlər",
        r"(?:читайте|смотрите|см\.?) (?:также|ещ[её]|по теме)|(?:по|на) (?:этой )?тем[еу]|ещ[её] по теме"
        r"|самое читаемое",
        "похожие новости|материалы по теме|другие новости",
        r"(?:читайте|дивіться|див\.?) (?:також|ще)|(?:за|по) темою|найпопулярніше|схожі новини",
        "կարդա(?:ցե[՞՛]?ք|լ) նաև|տես(?:եք)? նաև|նմանատիպ (?:նյութեր|լուրեր)|ամենաընթերցված\\w*",
        "წაიკითხეთ (?:ასევე|აგრეთვე)|ასევე (?:წაიკითხეთ|იხილეთ)|იხილეთ (?:ასევე|აგრეთვე)|მსგავსი (?:სიახლეები|ამბები)",
        r"(?:bunu|bunları) da oku\w*|ayrıca oku\w*|ilgili haber(?:ler)?|benzer haberler|haberin devamı"
        r"|en çok okunan\w*",
        "(?:بیشتر|همچنین) بخوانید|مطالب مرتبط|اخبار مرتبط|خبرهای مرتبط|پربازدیدترین\\w*",
        "(?:اقرأ|اقرؤوا|إقرأ|شاهد|طالع) (?:أيضا|أيضاً|ايضا|أيضًا|المزيد)|(?:أخبار|مواضيع) ذات صلة|الأكثر قراءة",
    )
    + r"(?:\s*[:：։»>→|–—-].*|\s*)",
    re.IGNORECASE | re.DOTALL,
)
"""A line that only sends the reader to another story ("Read also: …")."""

BYLINE_LABEL = re.compile(
    r"^\s*"
    + _any(
        r"(?:view all posts|written|posted|published|reported|words|text|story|photos?|edited|recipe|article"
        r"|review)\s+by", "by", "authors?", "reporter",
        "müəllif(?:lər)?", "hazırladı", "yazar", "muhabir", "haber", "авторы?", "текст", "подготовил[аи]?",
        "автори?", "հեղինակ", "ავტორი",
        "نویسنده", "خبرنگار", "گزارش", "الكاتب", "كتب", "بقلم", "إعداد",
    )
    + r"(?:\s*[:：։|—–-]\s*|\s+(?=\S))",
    re.IGNORECASE,
)  # fmt: skip
NEEDS_COLON = re.compile(
    r"^\s*(?:haber|hazırladı|yazar|muhabir|текст|подготовил\w?|گزارش|كتب|text|story|article|review|reporter"
    r"|authors?)\s+(?!by\b)",
    re.IGNORECASE,
)
"""Labels that are everyday words: only with a colon do they announce a name."""

NO_NAME = _set("""
    admin administrator editor editors editorial staff redaktor redaksiya редакция редактор админ администратор
    редакція author authors unknown anonymous guest user webmaster root newsroom desk home contact facebook
    twitter instagram telegram youtube linkedin whatsapp follow share subscribe login news xəbər xəbərlər haber
    новости press webdesk online by none null undefined default view all posts more january february march april may
    june july august september october november december sunday monday tuesday wednesday thursday friday saturday
    meet team the about our platform content design code founder analyst lead reviewer gardener educator us senior
    writer contributor contributors reporter correspondent journalist columnist senior junior guest post
    jan feb mar apr jun jul aug sep sept oct nov dec sun mon tue wed thu fri sat
""")
"""Words that are nobody's name when they stand alone."""

OUTLETISH = _set("""
    news agency media press tv radio xəbər haber ajansı ajans agentliyi новости агентство times post daily portal
    gazette journal xeber агенція новини network channel
""")
"""Words of which outlets make their names."""

CHANGED = re.compile(
    r"updat|modif|edited|yenilə|güncel|обновл|изменен|оновл|განახლ|თարմացվ|թարմաց|به‌روز|بروزرسانی|تحديث", re.IGNORECASE
)
"""What stands beside the time of a change rather than of publication."""
