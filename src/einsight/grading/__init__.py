"""Is an answer what it should be?

batch.py      many answers, in several processes
grade.py      one answer: what is asked, within its budget
pairs.py      what an answer is compared with: a reference, or what a question derives
answers.py    what a text answers: the formula that counts, what its names stand for
defined.py    what its names stand for, put in
entries.py    products that are meant entry by entry
reading.py    both sides over one set of names
readings.py   other habits in which an answer may be meant that does not conform as it stands
derivations.py  each link of a whole solution
comparing.py  the verdict on two values
freedoms.py   right up to a sign, a factor, a constant
links.py      the verdict on one link
feedback.py   a verdict in sentences, for whoever answered
result.py     what is said of an answer, and its mark
"""

from ..plugins.loading import install

install()  # an answer is compared with what is derived by all rules that there are
