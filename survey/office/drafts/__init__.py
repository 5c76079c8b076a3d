"""A round before it is frozen: by form or from Excel, saved by two people without loss."""
