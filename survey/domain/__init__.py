"""What a post-evaluation is: plain Python over crypto/, with stores, clock and randomness handed in (ports.py).

A round's way: draft, spec -> rounds -> lifecycle (key, freeze, codes, open, close, count) -> destruction; beside it
questionnaire (forms/), manifest, invitations and ballots (what a phone meets), ceremony/ and custody/ (key holders),
opening, scoring, disclosure (results/: what is counted, withheld, reviewed and released), audit.
"""
