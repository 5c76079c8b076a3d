"""The key ceremony: n custodians make a round's opening key over a notice board that nobody has to trust.

agreed.py      what everybody was told before anything began; the six phases
contents.py    what is said in each phase
messages.py    signed messages
board.py       everything said so far, checked
key_holder.py  a custodian's side: from the board and the own memory to the next message
invitation.py  the one-time invitation of a custodian
office.py      the office's side: invite, take messages, give the round its key
replacing.py   the office's side of replacing a lost custodian
stopping.py    why an attempt ended without a key
seat.py        what the server tells one custodian
check_words.py what custodians read to each other
all_here.py    no ceremony at all: every custodian in one process
Scheme, limits and sources: docs/ceremony.md; the arithmetic: crypto.dkg.
"""
