"""What runs inside the wall of grading: a warm parent, and a fork of it for each submission.

Nothing in here holds or ever receives a secret. It imports nothing of the rest of the package.
"""
