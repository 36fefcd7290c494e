import hashlib
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from monitor.article import textfile
from monitor.model import Article

URL = "https://alpha.example/1"


def article(**facts):
    given_facts = {"url": URL, "title": "Başlıq", "paragraphs": ("Birinci abzas.", "Второй абзац.")}
    return Article(**(given_facts | facts))


def test_an_article_is_headline_paragraphs_and_byline_one_a_line():
    text = textfile.dump(article(authors=("Vüqar Məmmədli", "Нино Гела"), credit="Alpha.Example"))

    assert text == "Başlıq\nBirinci abzas.\nВторой абзац.\nBy Vüqar Məmmədli, Нино Гела"


def test_without_an_author_the_outlets_own_line_closes_the_text():
    assert textfile.dump(article(credit="Alpha.Example")).split("\n")[-1] == "Alpha.Example"


def test_without_author_and_credit_the_last_paragraph_is_the_end():
    assert textfile.dump(article()) == "Başlıq\nBirinci abzas.\nВторой абзац."


def test_line_breaks_blank_paragraphs_and_control_characters_never_reach_the_file():
    text = textfile.dump(article(title="A\nB\x00", paragraphs=("bir\r\niki", " ", "\x1b[31müç\u202e", "")))

    assert text == "A B\nbir iki\n[31müç"


def test_the_text_is_nfc():
    text = textfile.dump(article(title=unicodedata.normalize("NFD", "Gəncə é й")))

    assert text.startswith("Gəncə é й")


def test_a_sentence_that_begins_with_by_is_no_closing():
    assert textfile.load("T\nP\nBy noon the road was open.").closing is None


def test_a_host_name_or_the_given_credit_is_a_closing():
    assert textfile.load("T\nP\nAlpha.Example").closing == "Alpha.Example"
    assert textfile.load("T\nP\nАльфа новости", credit="Альфа новости").closing == "Альфа новости"
    assert textfile.load("T\nP\nАльфа новости").closing is None


def test_the_name_is_the_running_number_and_the_hash_of_the_bytes():
    digest = hashlib.sha256("mətn".encode()).hexdigest()[:16]

    assert textfile.name(7, "mətn") == f"007_{digest}.txt"
    assert textfile.name(12345, "mətn") == f"12345_{digest}.txt"


words = st.text(st.characters(codec="utf-8"), min_size=1, max_size=40).map(textfile.line).filter(bool)
sentences = words.map(lambda text: textfile.line(f"{text}."))


@given(title=words, paragraphs=st.lists(sentences, min_size=1, max_size=5), authors=st.lists(sentences, max_size=2))
def test_a_queue_text_reads_back_as_the_article_it_was(title, paragraphs, authors):
    names = tuple(textfile.line(f"Sevda {author}").rstrip(".!?… ") for author in authors)
    source = Article(url=URL, title=title, paragraphs=tuple(paragraphs), authors=names)

    document = textfile.load(textfile.dump(source))

    assert (document.title, document.paragraphs) == (source.title, source.paragraphs)
    assert document.closing == textfile.closing(source)


@given(
    title=st.text(max_size=60),
    paragraphs=st.lists(st.text(max_size=60), max_size=5),
    credit=st.none() | st.text(max_size=20),
)
def test_no_article_can_break_the_form(title, paragraphs, credit):
    text = textfile.dump(Article(url=URL, title=title, paragraphs=tuple(paragraphs), credit=credit))

    assert not text.endswith("\n")
    assert "\n\n" not in text
    assert text == unicodedata.normalize("NFC", text)
    assert not any(unicodedata.category(c) == "Cc" for c in text.replace("\n", ""))
    text.encode("utf-8")
