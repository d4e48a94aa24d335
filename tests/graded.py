"""What is said of the pairs of answers whose truths JAX knows."""

from functools import cache

import einsight


@cache
def verdicts(family, text):
    """Beside the reference with declarations, beside the question, and beside the reference alone."""
    found = [einsight.grade(text, family.reference[0], family.declare)]
    if family.question:
        found.append(einsight.grade(text, question=family.question[:2], declare=family.declare))
    if not any(len(n) > 2 for n in family.names):
        found.append(einsight.grade(text, family.reference[0]))
    return [v.verdict for v in found]
