"""Dataclasses that nobody changes, of which a derivation makes dozens.

Who checks types holds everybody to it.  At run time they are open, as terms are, since a frozen one takes four times as long to make.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

T = TypeVar("T")

if TYPE_CHECKING:
    from typing_extensions import dataclass_transform

    @dataclass_transform(frozen_default=True, field_specifiers=(field,))
    def frozen(cls: type[T]) -> type[T]: ...

else:
    frozen = dataclass(slots=True, unsafe_hash=True)
