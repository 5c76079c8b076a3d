"""Alembic's folder. A new revision: copy the newest file in versions/, number it on, write it by hand.

tests/storage/test_migrations.py compares what the revisions make with what the table modules say.
"""
