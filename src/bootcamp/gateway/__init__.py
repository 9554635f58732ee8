"""The OpenAI-compatible gateway between the notebooks and a model.

It knows each caller by the hub token, keeps budgets, and either forwards to the company's model
service or lets the embedded practice model answer.
"""
