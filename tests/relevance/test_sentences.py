from tests.relevance.words import matcher


def test_a_georgian_sentence_ends_at_its_full_stop_although_the_next_begins_with_no_capital():
    hit = matcher().match(title="", paragraphs=["სოფელში ნაღმი იპოვეს. ხალხი სახლებში დაბრუნდა."]).matches[0]
    assert hit.sentence == "სოფელში ნაღმი იპოვეს."


def test_a_full_stop_before_a_small_letter_ends_no_sentence():
    hit = matcher().match(title="", paragraphs=["В 1943 г. на мине подорвался грузовик. Водитель погиб."]).matches[0]
    assert hit.sentence == "В 1943 г. на мине подорвался грузовик."
