"""A round before it is frozen: as it is typed, as it is read, what is wrong with it, what it had better be told.

draft.py     as an office types or imports it; made into a round, or into what a round says now
typed.py     what stands in one field or cell, read as what it is meant to be
faults.py    everything that is wrong with a draft
spec.py      a round spec, from the command line or a draft, parsed into a round
cautions.py  teams too small to protect the people who answer
"""
