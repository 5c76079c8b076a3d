"""One round from the draft to its destruction: its page, its steps as buttons, its papers, its turnout."""
