"""Damages done to a month's input files, and what the gate makes of each: `python -m tests.gate_trials`."""
