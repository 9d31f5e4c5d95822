"""Requests are counted in windows of a minute, and a flood of callers does not fill the memory."""

import re
import threading

import pytest
from flask.testing import FlaskClient

from service.web.resources import rate_counter
from service.web.resources.rate_counter import RateCounter


def test_each_name_has_a_window_of_its_own() -> None:
    counted = RateCounter()
    assert [counted.hit("a")[0] for _ in range(3)] == [1, 2, 3]
    assert counted.hit("b")[0] == 1
    assert 0 < counted.hit("a")[1] <= 60


def test_a_window_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rate_counter, "WINDOW", 0)
    counted = RateCounter()
    assert [counted.hit("a")[0] for _ in range(3)] == [1, 1, 1]


def test_a_flood_of_names_pushes_the_oldest_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rate_counter, "MAX_ENTRIES", 3)
    counted = RateCounter()
    assert [counted.hit(name)[0] for name in "abcda"] == [1, 1, 1, 1, 1]


def test_nobody_is_counted_twice_or_forgotten() -> None:
    counted = RateCounter()
    threads = [threading.Thread(target=lambda: [counted.hit("a") for _ in range(500)]) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counted.hit("a")[0] == 4001


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_every_answer_tells_where_the_caller_stands(client: FlaskClient) -> None:
    answers = [client.get("/v1/comments") for _ in range(2)]
    stands = [re.fullmatch(r'"key";r=(\d+);t=(\d+)', answer.headers["RateLimit"]) for answer in answers]
    assert [int(stand[1]) for stand in stands] == [59999, 59998]
    assert all(0 < int(stand[2]) <= 60 for stand in stands)
    assert {answer.headers["RateLimit-Policy"] for answer in answers} == {'"key";q=60000;w=60'}
