import asyncio
import threading

import pytest

from monitor.daemon.chores import Chores
from monitor.errors import MailError


def test_the_work_is_done_beside_the_loop():
    where: list[int] = []

    async def work() -> None:
        assert await Chores().do("mail", lambda: where.append(threading.get_ident()))

    asyncio.run(work())
    assert where != [threading.get_ident()]
    assert len(where) == 1


def test_what_the_work_raises_is_raised_and_the_next_one_begins():
    def refuse() -> None:
        raise MailError("no mail server")

    async def work() -> None:
        chores = Chores()
        for _ in range(2):
            with pytest.raises(MailError, match="no mail server"):
                await chores.do("mail", refuse)
        assert chores.running == ()

    asyncio.run(work())


def test_work_of_one_name_never_overlaps_even_when_who_asked_for_it_has_gone():
    door = threading.Event()
    done: list[str] = []

    def slow() -> None:
        door.wait(10)
        done.append("old session")

    async def work() -> None:
        chores = Chores()
        asking = asyncio.ensure_future(chores.do("mail", slow))
        await asyncio.sleep(0)
        asking.cancel()
        await asyncio.wait([asking])
        assert not await chores.do("mail", lambda: done.append("new session"))
        assert await chores.do("feeds", lambda: done.append("feeds"))
        assert await chores.finish(grace=0.01) == ("mail",)
        door.set()
        assert await chores.finish(grace=10) == ()
        assert await chores.do("mail", lambda: done.append("new session"))

    asyncio.run(work())
    assert done == ["feeds", "old session", "new session"]


def test_an_error_that_nobody_waits_for_any_more_is_no_noise(caplog):
    door = threading.Event()

    def breaks() -> None:
        door.wait(10)
        raise MailError("the connection was lost")

    async def work() -> None:
        chores = Chores()
        asking = asyncio.ensure_future(chores.do("mail", breaks))
        await asyncio.sleep(0)
        asking.cancel()
        await asyncio.wait([asking])
        door.set()
        await chores.finish(grace=10)

    asyncio.run(work())
    assert caplog.records == []
