import gc

import pytest

from monitor.relevance import garbage


def test_nothing_is_collected_while_a_lexicon_is_built_and_then_all_is_as_before():
    @garbage.kept()
    def build() -> None:
        assert not gc.isenabled()
        raise KeyError

    assert gc.isenabled()
    with pytest.raises(KeyError):
        build()
    assert gc.isenabled()


def test_a_collector_that_rested_before_rests_afterwards():
    gc.disable()
    try:
        with garbage.kept():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
