"""From opened answers to what may be shown: the tally record, what of it is withheld and why, and a report's way."""
