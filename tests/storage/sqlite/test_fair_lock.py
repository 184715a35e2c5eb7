"""Turns are taken one at a time, in the order they were asked for."""

import threading

import pytest

from fers.errors import StoreUnavailable
from fers.storage.sqlite.fair_lock import FairLock
from tests.waiting import LONG, wait_until


def test_whoever_has_just_had_a_turn_comes_after_those_who_wait():
    turns, order = FairLock(), []

    def take(name):
        with turns.turn(LONG):
            order.append(name)

    waiters = [threading.Thread(target=take, args=(name,)) for name in "abcde"]
    with turns.turn(LONG):
        for place, waiter in enumerate(waiters, start=2):
            waiter.start()
            wait_until(lambda place=place: len(turns._queue) >= place)
    take("again")
    for waiter in waiters:
        waiter.join(LONG)
    assert order == [*"abcde", "again"]


def test_who_gives_up_is_no_longer_in_the_way():
    turns = FairLock()
    with turns.turn(LONG), pytest.raises(StoreUnavailable, match="busy"), turns.turn(0.01):
        pass
    with turns.turn(0.01):
        pass


def test_a_failure_in_a_turn_ends_it():
    turns = FairLock()
    with pytest.raises(RuntimeError), turns.turn(LONG):
        raise RuntimeError
    with turns.turn(0.01):
        pass
