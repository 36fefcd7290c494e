"""What is denied in the same breath is no casualty; what stands beside a denial is one."""

import pytest

from monitor import house
from monitor.relevance import lexicon
from monitor.relevance.matcher import CASUALTIES, Matcher

STORIES = {
    "en": ("Tractor hits landmine near Velari", "A tractor drove over an anti-tank mine on a field road near Velari."),
    "az": (
        "Ağdamda traktor minaya düşüb",
        "Ağdam rayonunda traktor tank əleyhinə minaya düşüb və partlayış baş verib.",
    ),
    "ru": ("Под Изюмом трактор наехал на мину", "Трактор подорвался на противотанковой мине на поле под Изюмом."),
    "uk": ("Під Ізюмом трактор наїхав на міну", "Трактор підірвався на протитанковій міні на полі під Ізюмом."),
    "hy": ("Մարտունիում տրակտորն ականի վրա է պայթել", "Մարտունիի շրջանում տրակտորը պայթել է հակատանկային ականի վրա։"),
    "ka": (
        "გორთან ტრაქტორი ნაღმზე აფეთქდა",
        "ტრაქტორი ტანკსაწინააღმდეგო ნაღმზე აფეთქდა სოფლის მინდორზე გორის რაიონში.",
    ),
    "tr": (
        "Mardin'de traktör mayına bastı",
        "Mardin kırsalında traktörün tanksavar mayına basması sonucu patlama meydana geldi.",
    ),
    "fa": ("انفجار مین زیر تراکتور در مریوان", "یک تراکتور در مزرعه‌ای نزدیک مریوان روی مین ضد تانک رفت و منفجر شد."),
    "ar": (
        "انفجار لغم أرضي بجرار قرب القرية",
        "انفجر لغم مضاد للدبابات بجرار زراعي على طريق ترابي قرب القرية صباح الاثنين.",
    ),
}
NOBODY = {
    "en": [
        "No one was hurt.",
        "There were no deaths and no injuries.",
        "No people were killed or wounded.",
        "Two men were in the cab; neither was injured.",
        "The blast caused no injuries.",
    ],
    "az": [
        "Xəsarət alan yoxdur.",
        "Hadisə nəticəsində heç kim xəsarət almayıb.",
        "Ölən və yaralanan olmayıb.",
        "Heç kəs yaralanmayıb.",
        "Hadisə zamanı xəsarət alan olmadığı deyilir.",
    ],
    "ru": [
        "Никто не пострадал.",
        "Жертв и пострадавших нет.",
        "О погибших и пострадавших не сообщается.",
        "Сам водитель травм не получил.",
        "Обошлось без человеческих жертв.",
    ],
    "uk": [
        "Ніхто не постраждав.",
        "Загиблих і поранених немає.",
        "Жертв вдалося уникнути.",
        "Інформації про постраждалих не надходило.",
        "Внаслідок події люди травм не зазнали.",
    ],
    "hy": ["Տուժածներ չկան։", "Ոչ ոք չի տուժել։", "Զոհեր և վիրավորներ չկան։", "Վարորդը վնասվածքներ չի ստացել։"],
    "ka": [
        "არავინ დაშავებულა.",
        "დაღუპულები და დაშავებულები არ არიან.",
        "მძღოლი არ დაშავებულა.",
        "აფეთქებას მსხვერპლი არ მოჰყოლია.",
    ],
    "tr": [
        "Ölen ya da yaralanan olmadı.",
        "Can kaybı yok.",
        "Patlamada kimse yaralanmadı.",
        "Patlama can kaybına yol açmadı.",
    ],
    "fa": [
        "این انفجار تلفات جانی نداشت.",
        "هیچ‌کس کشته یا زخمی نشد.",
        "راننده آسیبی ندیده است.",
        "این حادثه کشته و مجروحی نداشته است.",
    ],
    "ar": ["ولم يصب أحد بأذى.", "ولم تقع إصابات.", "دون وقوع إصابات.", "ولم يسقط قتلى أو جرحى."],
}
SOMEBODY = {
    "en": [
        "No one was killed, but two farmers were wounded.",
        "Nobody was killed. Three were wounded.",
        "The driver was not hurt, but his son lost a leg.",
    ],
    "az": [
        "Ölən yoxdur, lakin iki nəfər xəsarət alıb.",
        "Sürücü xəsarət almayıb, yanındakı çoban isə həlak olub.",
        "Yaralı xəstəxanaya çatdırılıb.",
    ],
    "ru": [
        "Погибших нет, но двое ранены.",
        "Водитель не пострадал, однако пассажир погиб.",
        "Один человек погиб, больше никто не пострадал.",
    ],
    "uk": [
        "Загиблих немає, але двоє поранені.",
        "Водій не постраждав, однак пасажир загинув.",
        "Ніхто не загинув, троє дістали поранення.",
    ],
    "hy": ["Զոհեր չկան, սակայն երկու մարդ վիրավորվել է։", "Վարորդը վիրավորվել է, մյուսները չեն տուժել։"],
    "ka": ["არავინ დაღუპულა, თუმცა ორი ადამიანი დაშავდა.", "მძღოლი დაშავდა, სხვა არავინ დაშავებულა."],
    "tr": ["Can kaybı yok, ancak iki kişi yaralandı.", "Ölen olmadı, üç kişi yaralandı."],
    "fa": ["کسی کشته نشد اما دو نفر زخمی شدند.", "راننده آسیبی ندید ولی پسرش جان باخت."],
    "ar": ["ولم يقتل أحد لكن شخصين أصيبا بجروح.", "لم يصب السائق لكن ابنه قتل."],
}


@pytest.fixture(scope="module")
def matcher():
    folder = house.seeds() / "lexicon"
    return Matcher(lexicon.load([(path.name, path.read_text("utf-8")) for path in sorted(folder.glob("*.toml"))]))


def hurt(matcher, language, sentence):
    title, first = STORIES[language]
    match = matcher.match(title=title, paragraphs=[f"{first} {sentence}"], language=language)
    assert match.relevant
    return [hit.form for hit in match.matches if hit.kind in CASUALTIES]


@pytest.mark.parametrize(("language", "sentence"), [(name, one) for name, told in NOBODY.items() for one in told])
def test_casualties_that_are_denied_are_none(matcher, language, sentence):
    assert hurt(matcher, language, sentence) == []


@pytest.mark.parametrize(("language", "sentence"), [(name, one) for name, told in SOMEBODY.items() for one in told])
def test_a_denial_takes_back_nothing_that_stands_beside_it(matcher, language, sentence):
    assert hurt(matcher, language, sentence)


def test_a_denial_changes_nothing_else(matcher):
    title, first = STORIES["az"]
    told = matcher.match(title=title, paragraphs=[f"{first} Xəsarət alan yoxdur."], language="az")
    silent = matcher.match(title=title, paragraphs=[first], language="az")
    assert (told.relevant, told.category, told.score) == (silent.relevant, silent.category, silent.score)
