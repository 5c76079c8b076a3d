"""Slips for drawing by lot: a PDF per unit, with thousands of QR codes."""
