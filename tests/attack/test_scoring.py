"""The attacker's yardstick itself: a right order is found, a guess is called a guess."""

from __future__ import annotations

import random

import pytest

from tests.attack.raw import Haystack, by_offset
from tests.attack.scoring import Evidence, guessed_matches, kendall, score

TIMES = [float(number) for number in range(60)]


def one_group(positions: list[int]) -> dict[int, tuple[int, int]]:
    return {person: (0, position) for person, position in enumerate(positions)}


def test_the_true_order_has_tau_one_and_is_no_guess() -> None:
    order = kendall(one_group(list(range(60))), TIMES)
    assert order.tau == 1
    assert not order.is_guess


def test_the_reversed_order_is_as_telling() -> None:
    order = kendall(one_group(list(range(60, 0, -1))), TIMES)
    assert order.tau == -1
    assert not order.is_guess


@pytest.mark.parametrize("seed", range(20))
def test_a_shuffled_order_is_a_guess(seed: int) -> None:
    positions = random.Random(seed).sample(range(60), 60)
    assert kendall(one_group(positions), TIMES).is_guess


def test_the_bound_is_that_of_kendall_for_sixty_without_ties() -> None:
    # sd = sqrt(2 (2n + 5) / (9 n (n - 1))) = 0.08858 for n = 60
    assert kendall(one_group(list(range(60))), TIMES).bound == pytest.approx(4.891638 * 0.0885827, rel=1e-4)


def test_one_transaction_for_all_says_nothing() -> None:
    order = kendall(one_group([7] * 60), TIMES)
    assert (order.tau, order.is_guess) == (0, True)


def test_an_order_inside_pages_is_found_though_the_pages_are_shuffled() -> None:
    pages = random.Random(1).sample(range(6), 6)
    places = {person: (pages[person // 10], person) for person in range(60)}
    assert not kendall(places, TIMES).is_guess


def test_one_log_for_both_matches_people_who_come_one_after_another() -> None:
    codes = {person: (0, 2 * person) for person in range(60)}
    ballots = {person: (0, 2 * person + 1) for person in range(60)}
    assert score(Evidence("log", codes, ballots, is_common=True), TIMES, TIMES).matched == 60


def test_two_shuffled_lists_match_as_a_guess_does() -> None:
    numbers = random.Random(3)
    codes, ballots = (one_group(numbers.sample(range(60), 60)) for _ in range(2))
    result = score(Evidence("rows", codes, ballots), TIMES, TIMES)
    assert result.matched < guessed_matches() == 10


def test_marks_are_found_wherever_they_lie(tmp_path) -> None:
    numbers = random.Random(4)
    marks = [numbers.randbytes(32) for _ in range(12)]
    content = bytearray(80 * 8192)
    for number, mark in enumerate(marks):
        content[number * 50_000 + 7 : number * 50_000 + 39] = mark
    (tmp_path / "file").write_bytes(content)
    named = [dict.fromkeys(("code", "request"), mark) for mark in marks]
    kinds = ("key", "body", "body's end", "receipt", "enc", "token", "body's middle")
    ballots = [dict.fromkeys(kinds, mark) for mark in marks]

    [first, *_] = by_offset("file", Haystack([tmp_path / "file"]), named, ballots, is_common=False)
    assert score(first, TIMES, TIMES).ballots.tau == 1
