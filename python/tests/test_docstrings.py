"""Every example in a docstring of the native module runs, as it says."""

from __future__ import annotations

import doctest
from collections.abc import Iterator

import pytest

import gatepost
from gatepost import _native


def docstrings() -> Iterator[tuple[str, str]]:
    for name in _native.__all__:
        public = getattr(_native, name)
        documented = {name: public}
        if isinstance(public, type):
            documented |= {f"{name}.{key}": getattr(public, key) for key in vars(public)}
        for path, value in documented.items():
            text = getattr(value, "__doc__", None) or ""
            if ">>>" in text:
                yield path, text


EXAMPLES = dict(docstrings())


@pytest.mark.parametrize("path", EXAMPLES)
def test_the_example_runs(path: str) -> None:
    names = dict(vars(gatepost))
    example = doctest.DocTestParser().get_doctest(EXAMPLES[path], names, path, None, None)
    assert doctest.DocTestRunner().run(example).failed == 0


def test_there_are_examples_of_each_kind() -> None:
    assert EXAMPLES.keys() >= {
        "KeyRefresh",
        "LegacyServerMetadata.for_provider",
        "write_registration_error",
    }
