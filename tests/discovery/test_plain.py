import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.discovery import plain


@pytest.mark.parametrize(
    ("written", "author"),
    [
        ("redaksiya@qala.example (Aygün Rəsulova)", "Aygün Rəsulova"),
        ("Անի Սահակյան <ani@dilijan.example>", "Անի Սահակյան"),
        ("info@qala.example", None),
        ("noreply@qala.example ()", None),
        ("ნინო &amp; გია", "ნინო & გია"),
        ("", None),
        (None, None),
    ],
)
def test_an_author_is_a_name_without_a_mail_address(written: str | None, author: str | None) -> None:
    assert plain.author(written) == author


def test_a_summary_keeps_paragraphs_and_nothing_else() -> None:
    written = "<p>Bir&nbsp;<b>iki</b></p><script>alert('x')</script><ul><li>üç</li><li>dörd<br/>beş</li></ul>"
    written += "<!-- gizli --><img src=x>"
    assert plain.summary(written) == "Bir iki\nüç\ndörd\nbeş"


def test_long_texts_are_cut() -> None:
    assert len(plain.title("мина " * 1_000) or "") == 1_000
    assert len(plain.summary("мина " * 10_000) or "") == 5_000


def test_undefined_references_are_no_text() -> None:
    assert plain.title("&a7;&a7;") is None
    assert plain.title("AT&T; R&D") == "AT&T; R&D"


@given(st.text(max_size=200))
def test_any_text_becomes_one_line_or_nothing(text: str) -> None:
    title = plain.title(text)
    assert title is None or (title == title.strip() and "\n" not in title)
    plain.summary(text)
    plain.author(text)
