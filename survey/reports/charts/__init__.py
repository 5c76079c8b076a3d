"""Drawings of figures as SVG, and as pictures for Word."""
