"""What custodians hold and hand in: shares, the list to open, partial openings, records and signed statements."""
