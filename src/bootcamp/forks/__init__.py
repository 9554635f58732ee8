"""Notebooks of citizens, each run in a fork of a warm process behind walls of its own.

Grading and final runs use it: what a notebook imports is imported once, a fork costs milliseconds,
and nothing that one notebook does is there for the next.
"""
