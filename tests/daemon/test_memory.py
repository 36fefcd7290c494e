import gc

import pytest

from monitor.daemon import memory


@pytest.fixture(autouse=True)
def as_before():
    yield
    gc.unfreeze()


def test_what_is_there_when_a_session_begins_is_left_out_of_collections():
    held = [[n] for n in range(1000)]
    memory.settle()
    assert gc.get_freeze_count() > 1000
    assert not any(found is held for found in gc.get_objects())


def test_what_the_session_before_left_behind_is_not_kept_for_ever():
    class Left:
        gone = False

        def __del__(self):
            type(self).gone = True

    ring = [Left()]
    ring.append(ring)
    memory.settle()
    del ring
    gc.collect()
    assert not Left.gone
    memory.settle()
    assert Left.gone


def test_an_allocator_that_takes_no_advice_is_left_alone(monkeypatch):
    monkeypatch.setattr("ctypes.CDLL", lambda _: object())
    memory.spare()
