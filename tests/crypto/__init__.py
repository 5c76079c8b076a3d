"""Tests of survey.crypto: vectors with their papers, laws, and what must be refused."""
