"""What a post-evaluation is: plain Python over crypto/, with stores, clock and randomness handed in (ports/).

A round's way, in order: drafts/ (typed, checked, made), ceremony/ (its key), lifecycle (freeze, open, close, count),
slips between freezing and opening, opening (what counting does), results/ with scoring and disclosure (counted,
withheld, reviewed, released), destruction; rehearsal goes it all with a copy. Beside it: rounds (the states),
questionnaire and forms/, manifest, invitations and ballots (what a phone meets), turnout, custody/ (shares, boxes,
statements), audit, staff and grants (who may do what), reading and yaml_document (what people wrote).
"""
