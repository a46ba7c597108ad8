"""Faults that a run must survive, tried again and again: `make faults`. pytest collects none of it."""
