"""The attacker: takes everything a thief can take and tries to put people, codes and ballots together.

`python -m tests.attack` (or `make attack`) prints what it could do as a table; test_attack.py holds it to the bounds.
"""
