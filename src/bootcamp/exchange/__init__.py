"""Homework's way: out to the citizens, in with a receipt, on to grading, back as feedback.

`service` is the exchange itself; `plugins` and `client` are nbgrader's side of it over HTTP, which
run in a citizen's or facilitator's own server, so this package imports nothing by itself.
"""
