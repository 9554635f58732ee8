"""The embedded practice model: real work on business text without a key or the internet."""

from bootcamp.gateway.practice.embed import Embedder, LexicalEmbedder
from bootcamp.gateway.practice.model import MODEL_NAME, OWNER, PracticeAnswer, PracticeModel
from bootcamp.gateway.practice.prompt import Turn
from bootcamp.gateway.practice.text import count_tokens
from bootcamp.gateway.practice.weights import best_embedder, fetch, open_embedder

__all__ = [
    "MODEL_NAME",
    "OWNER",
    "Embedder",
    "LexicalEmbedder",
    "PracticeAnswer",
    "PracticeModel",
    "Turn",
    "best_embedder",
    "count_tokens",
    "fetch",
    "open_embedder",
]
