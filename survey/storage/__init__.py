"""Keeps the promises of domain.ports in SQLite or PostgreSQL, and secrets in files.

Law: ballot_box.py and registry.py share no table, key, import (beside database.py) or transaction. Whoever could join
them in time would have the order of people. Nothing here logs a statement's values.
"""
