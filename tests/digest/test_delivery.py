from datetime import UTC, datetime, timedelta

from monitor.digest.delivery import PATIENCE, Delivery, State, accepted, begun, due, interrupted, lost, refused

NOW = datetime(2026, 11, 24, 3, tzinfo=UTC)


def waiting(**more):
    return Delivery(**({"recipient": "a@desk.example", "next_at": NOW} | more))


def test_a_refused_mail_is_tried_with_growing_pauses_for_three_days_and_then_given_up():
    delivery, at, pauses = waiting(), NOW, []
    while delivery.open:
        delivery = refused(delivery, reply="450 later", created_at=NOW, now=at)
        pauses.append(delivery.next_at - at)
        at = delivery.next_at
    assert delivery.state is State.GIVEN_UP
    assert pauses == sorted(pauses)
    assert pauses[0] == timedelta(minutes=5)
    assert PATIENCE - timedelta(hours=6) <= at - pauses[-1] - NOW <= PATIENCE


def test_what_may_have_arrived_is_sent_once_more_and_never_a_third_time():
    first = lost(begun(waiting()), reply="connection lost", now=NOW)
    assert first.state is State.UNKNOWN
    assert not due(first, now=NOW)
    second = begun(first)
    assert second.repeated
    assert lost(second, reply="connection lost", now=NOW).state is State.DOUBTFUL
    assert accepted(second, reply="250 ok").state is State.ACCEPTED


def test_a_refused_repeat_has_not_been_sent_and_stays_a_repeat():
    first = lost(begun(waiting()), reply="connection lost", now=NOW)
    again = refused(first, reply="450 later", created_at=NOW, now=NOW)
    assert (again.state, again.repeated) == (State.UNKNOWN, False)


def test_a_crash_while_sending_counts_as_may_have_arrived():
    assert interrupted(begun(waiting()), now=NOW).state is State.UNKNOWN
    assert interrupted(begun(lost(begun(waiting()), reply="x", now=NOW)), now=NOW).state is State.DOUBTFUL
