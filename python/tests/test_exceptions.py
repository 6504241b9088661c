"""The exceptions are the core's table of reasons, no more and no less."""

from __future__ import annotations

import pickle

import pytest

import gatepost
from gatepost import exceptions
from gatepost._native import REASONS

FAMILIES = {
    gatepost.GatepostError,
    gatepost.TokenError,
    gatepost.RequestError,
    gatepost.OAuthError,
    gatepost.KeySetError,
}


def class_of(name: str) -> type[gatepost.GatepostError]:
    own = "PolicyError" if name == "misuse" else name.title().replace("_", "") + "Error"
    found: type[gatepost.GatepostError] = getattr(gatepost, own)
    return found


@pytest.mark.parametrize("row", REASONS, ids=lambda row: row[1])
def test_every_reason_has_its_class(row: tuple[int, str, int, str | None, str]) -> None:
    number, name, http_status, oauth_error, description = row
    error = class_of(name)()
    assert isinstance(error, ValueError)
    assert (error.number, error.reason) == (number, name)
    assert (error.http_status, error.oauth_error) == (http_status, oauth_error)
    assert str(error) == description
    assert type(exceptions.error(number)) is type(error)


@pytest.mark.parametrize("row", REASONS, ids=lambda row: row[1])
def test_every_reason_is_in_the_family_of_what_meets_it(
    row: tuple[int, str, int, str | None, str],
) -> None:
    number, name, *_ = row
    of_requests = 111 <= number < 131 or number in (602, 705, 706)
    of_oauth = 131 <= number < 200
    of_keys = 310 <= number < 400
    of_callers = name == "misuse"
    assert issubclass(class_of(name), gatepost.RequestError) == of_requests
    assert issubclass(class_of(name), gatepost.OAuthError) == of_oauth
    assert issubclass(class_of(name), gatepost.KeySetError) == of_keys
    assert issubclass(class_of(name), gatepost.PolicyError) == of_callers
    assert issubclass(class_of(name), gatepost.TokenError) == (
        not of_requests and not of_oauth and not of_keys and not of_callers
    )


def test_no_class_is_without_a_reason() -> None:
    defined = {
        value
        for value in vars(exceptions).values()
        if isinstance(value, type) and issubclass(value, gatepost.GatepostError)
    }
    assert defined == FAMILIES | {class_of(row[1]) for row in REASONS}
    assert {error.__name__ for error in defined} <= set(gatepost.__all__)


def test_keys_meet_a_key_set_error_whatever_the_reason() -> None:
    for number, name, *_ in REASONS:
        error = exceptions.key_set_error(number)
        assert isinstance(error, gatepost.KeySetError)
        assert error.reason == name


def test_oauth_meets_an_oauth_error_unless_the_caller_is_mistaken() -> None:
    for number, name, *_ in REASONS:
        error = exceptions.oauth_error(number)
        family = gatepost.PolicyError if name == "misuse" else gatepost.OAuthError
        assert isinstance(error, family)
        assert error.reason == name


def test_errors_survive_pickling() -> None:
    for error in (
        gatepost.ExpiredError(),
        exceptions.key_set_error(104),
        exceptions.oauth_error(104),
        gatepost.PolicyError(detail="leeway"),
    ):
        copy = pickle.loads(pickle.dumps(error))
        assert type(copy) is type(error)
        assert str(copy) == str(error)
        assert vars(copy) == vars(error)
