"""Tests of survey.sheets."""
