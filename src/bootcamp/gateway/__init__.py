"""The OpenAI-compatible gateway between the notebooks and a model."""
