"""`python -m survey.cli`: the same command where the entry point is not on the path."""

from survey.cli import main

main(prog_name="survey")
