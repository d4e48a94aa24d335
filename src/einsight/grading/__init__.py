"""Is an answer what it should be?

batch.py      many answers, in several processes
grade.py      an answer against a reference, or against what a question derives
answers.py    what a text answers: the formula that counts, what its names stand for
reading.py    both sides over one set of names
comparing.py  the verdict on two values
freedoms.py   right up to a sign, a factor, a constant
"""

from ..plugins.loading import install

install()  # an answer is compared with what is derived by all rules that there are
