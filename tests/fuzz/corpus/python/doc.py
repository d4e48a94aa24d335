"""Module: :math:`x = y`."""


def f(x):
    r"""The gradient $\nabla_x (x^T x) = 2 x$.

    .. math::

        \frac{d}{dx} x^2 = 2 x
    """


class A:
    a = 1
    "attribute \u0041 \N{GREEK SMALL LETTER ALPHA} :math:`a = b` and \x41"
