"""The shapes that the existing mobile app sends and reads, by subject.

Belongs here: shape, type and length of input and answers. Doesn't: rules that need the world (`services`).
When you add one, also give it an example in `companion/examples.py`, and write docs/openapi.yaml again.
"""
