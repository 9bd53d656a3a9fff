"""The steps of a refresh, in their order: land, prepare, build, evaluate, export, check, sign, publish.

Each is a function that takes the context and the records of earlier steps, and returns its own record. What
an earlier step left on disk is read from disk, so each runs by itself in a test.
"""
