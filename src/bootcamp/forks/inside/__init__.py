"""What runs inside the wall: a warm parent, and a fork of it for each notebook.

Nothing in here holds or ever receives a secret, save that a fork gets the environment of its own
notebook. It imports nothing of the rest of the package.
"""
