"""Generated source carried out: the function that it is, called with arrays of its library."""

import functools
import importlib.util

import pytest


def available(name):
    """The mark of tests that run where a library is installed."""
    return pytest.mark.skipif(importlib.util.find_spec(name) is None, reason=f"{name} is not installed")


def libraries(*names):
    return pytest.mark.parametrize("target", [pytest.param(name, marks=available(name)) for name in names])


@functools.cache
def library(name):
    module = importlib.import_module(name)
    if name == "jax":
        module.config.update("jax_enable_x64", True)
    if name == "dask":
        importlib.import_module("dask.array")
    return module


def function_of(derived, target, **options):
    scope = {}
    exec(compile(derived.to(target, **options), f"<{target}>", "exec"), scope)
    return scope["derivative"]


def maker(target):
    """What makes an array of a library."""
    make = {"numpy": "asarray", "jax": "numpy.asarray", "torch": "as_tensor", "dask": "array.asarray"}[target]
    return functools.reduce(getattr, make.split("."), library(target))


def arguments(function):
    """The names of what it takes."""
    return function.__code__.co_varnames[: function.__code__.co_kwonlyargcount]


def called(function, target, given):
    """Its result for the arrays that it takes of those given."""
    return function(**{n: maker(target)(given[n]) for n in arguments(function)})
