"""AI Bootcamp Lab: everything that a company's AI bootcamp needs, from hub to final runs."""

__version__ = "0.1.0"
