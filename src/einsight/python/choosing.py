"""Which way a program takes where a flag, a word or an equation of numbers decides: one answer to each question, and what is left.

A pair of functions is read once for each way, both with the same answers, so that a flag that both ask for is one flag.
"""

from __future__ import annotations

from collections.abc import Mapping

# what is asked, and the word that it is compared with; None where its truth is asked for
Question = tuple[str, str | None]


class Ways:
    """The answers of one way through a pair, in the order in which they were asked for.

    answers    those that are given, and those that were taken first besides
    measured   the questions that ask whether numbers are equal, which is so at no more than a few points
    """

    def __init__(self, given: Mapping[Question, bool] | None = None):
        self.given = dict(given or {})
        self.answers: dict[Question, bool] = dict(self.given)
        self.measured: set[str] = set()

    def holds(self, name: str, word: str | None, usual: bool | str | None) -> bool:
        """Whether it does on this way; what is `usual` is taken first."""
        question = name, word
        found = self.answers.get(question)
        if found is not None:
            return found
        if word is not None and any(yes and n == name and w is not None for (n, w), yes in self.answers.items()):
            return False  # it is another word
        first = True
        if usual is not None:
            first = usual == word if word is not None else bool(usual)
        self.answers[question] = first
        return first

    def begin_again(self) -> None:
        """Forget what was asked in a reading that came to nothing."""
        self.answers = dict(self.given)
        self.measured = set()

    def are_equal(self, text: str) -> bool:
        """Whether two numbers are on this way; that they are not comes first."""
        self.measured.add(text)
        return self.holds(text, None, False)

    @property
    def is_narrow(self) -> bool:
        """Are numbers equal on this way that need not be, or is a word none of several that are asked for, which nobody may mean?"""
        words: dict[str, list[bool]] = {}
        for (name, word), yes in self.answers.items():
            if word is not None:
                words.setdefault(name, []).append(yes)
        if any(len(each) > 1 and not any(each) for each in words.values()):
            return True
        return any(yes and name in self.measured for (name, _), yes in self.answers.items())

    def others(self) -> list[dict[Question, bool]]:
        """Where the other ways begin that part from this one behind what was given."""
        found = []
        every = list(self.answers.items())
        for place in range(len(self.given), len(every)):
            question, answer = every[place]
            found.append({**dict(every[:place]), question: not answer})
        return found

    def words(self) -> str:
        """What was answered, as it is told."""
        said = [
            (name if yes else f"not {name}") if word is None else f"{name} {'==' if yes else '!='} {word!r}"
            for (name, word), yes in self.answers.items()
        ]
        return " and ".join(said)
