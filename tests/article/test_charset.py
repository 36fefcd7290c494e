import pytest

from monitor.article import charset

TEXTS = {
    "az": "Ağdam rayonunda mina partlayışı olub, bir nəfər yaralanıb. Hadisə yerinə təcili yardım göndərilib.",
    "ru": "В Агдамском районе произошёл взрыв мины, ранен один человек. На место направлена скорая помощь.",
    "hy": "Տավուշի մարզում ական է պայթել, վիրավորվել է մեկ մարդ։",
    "ka": "გორის რაიონში ნაღმი აფეთქდა, დაშავდა ერთი ადამიანი.",
    "tr": "Şırnak kırsalında mayın patladı, bir köylü ağır yaralandı. Olay yerine sağlık ekipleri gönderildi.",
    "uk": "У Харківській області на міні підірвався тракторист, його госпіталізовано з численними пораненнями.",
    "fa": "انفجار مین در مرز مهران یک نفر را زخمی کرد و گروه امداد به محل اعزام شد.",
    "ar": "انفجر لغم أرضي في ريف المدينة وأصيب مزارع بجروح ونقل إلى المستشفى.",
}
CYRILLIC = ("windows-1251", "koi8-r", "iso-8859-5")
CASES = [
    *((language, codec) for language in TEXTS for codec in ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be")),
    *(("ru", codec) for codec in CYRILLIC),
    ("uk", "windows-1251"),
    ("uk", "koi8-u"),
    ("tr", "windows-1254"),
    ("ar", "windows-1256"),
]


def page(text, meta=""):
    return f"<!DOCTYPE html><html><head>{meta}<title>{text[:30]}</title></head><body><p>{text * 3}</p></body></html>"


@pytest.mark.parametrize(("language", "codec"), CASES)
def test_every_charset_is_read_without_a_declaration(language, codec):
    assert TEXTS[language] in charset.decode(page(TEXTS[language]).encode(codec))


@pytest.mark.parametrize(("language", "codec"), CASES)
def test_a_wrong_declaration_does_not_spoil_the_text(language, codec):
    wrong = "iso-8859-1" if codec.startswith("utf") else "utf-8"
    body = page(TEXTS[language], f'<meta charset="{wrong}">').encode(codec)

    assert TEXTS[language] in charset.decode(body, content_type=f"text/html; charset={wrong}")


@pytest.mark.parametrize("codec", CYRILLIC)
def test_a_cyrillic_page_that_claims_to_be_latin_is_read_as_cyrillic(codec):
    body = page(TEXTS["ru"], '<meta charset="iso-8859-1">').encode(codec)

    assert TEXTS["ru"] in charset.decode(body)


@pytest.mark.parametrize("reader", ["cp1252", "latin-1", "cp1251"])
@pytest.mark.parametrize("language", ["az", "ru", "hy", "ka", "uk", "ar"])
def test_utf_8_that_was_encoded_twice_is_put_right(language, reader):
    if reader == "cp1251" and language not in {"ru", "uk"}:
        pytest.skip("only Cyrillic pages pass through a Cyrillic reader")
    lax = "".join(
        bytes([byte]).decode(reader, "ignore") or bytes([byte]).decode("latin-1")
        for byte in page(TEXTS[language]).encode()
    )

    assert TEXTS[language] in charset.decode(lax.encode())


def test_a_known_encoding_of_the_source_outranks_header_and_page():
    body = page(TEXTS["ru"], '<meta charset="koi8-r">').encode("windows-1251")

    assert TEXTS["ru"] in charset.decode(body, content_type="text/html; charset=koi8-r", encoding="cp1251")


def test_a_few_broken_bytes_leave_utf_8_what_it_is():
    body = page(TEXTS["az"]).encode() + b"\xff\xe9"

    assert TEXTS["az"] in charset.decode(body)


@pytest.mark.parametrize(
    "text", ["Ça a été décidé à Évian, là-bas.", "ÄÖÜ äöü ßáé", "São João à Ñuñoa", "РАСС РОСС СРС"]
)
def test_sound_text_is_not_repaired(text):
    assert charset.repair(text * 6) == text * 6
