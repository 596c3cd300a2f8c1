"""Wiring, order, time and delivery: the only package that knows all the others."""
