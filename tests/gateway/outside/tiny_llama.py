"""Makes a tiny random model and serves it with llama.cpp: `python tiny_llama.py MODEL.gguf`.

Needs `gguf` and `xllamacpp`, which the test brings.
"""

from __future__ import annotations

import sys
import time
from typing import Any

WIDTH, HEADS, INNER, LAYERS = 64, 4, 128, 2
LETTERS = [chr(code) for code in range(97, 123)]


def make(path: str) -> None:
    """Write a model of the llama family with random weights, always the same."""
    import gguf  # type: ignore[import-not-found]
    import numpy as np

    chance = np.random.default_rng(7)
    words = ["<unk>", "<s>", "</s>", *(f"<0x{byte:02X}>" for byte in range(256)), "▁"]
    words += [*LETTERS, *(f"▁{letter}" for letter in LETTERS)]
    rest = len(words) - 259
    model = gguf.GGUFWriter(path, "llama")
    model.add_context_length(512)
    model.add_embedding_length(WIDTH)
    model.add_block_count(LAYERS)
    model.add_feed_forward_length(INNER)
    model.add_head_count(HEADS)
    model.add_head_count_kv(HEADS)
    model.add_layer_norm_rms_eps(1e-5)
    model.add_rope_dimension_count(WIDTH // HEADS)
    model.add_vocab_size(len(words))
    model.add_tokenizer_model("llama")
    model.add_token_list([word.encode() for word in words])
    model.add_token_scores([0.0] * 3 + [-100.0] * 256 + [-float(n) for n in range(rest)])
    model.add_token_types([2, 3, 3] + [6] * 256 + [1] * rest)
    model.add_bos_token_id(1)
    model.add_eos_token_id(2)
    model.add_unk_token_id(0)

    def weights(*shape: int) -> Any:
        return (chance.standard_normal(shape) * 0.05).astype(np.float32)

    ones = np.ones(WIDTH, np.float32)
    model.add_tensor("token_embd.weight", weights(len(words), WIDTH))
    model.add_tensor("output.weight", weights(len(words), WIDTH))
    model.add_tensor("output_norm.weight", ones)
    for layer in range(LAYERS):
        for name in ("attn_q", "attn_k", "attn_v", "attn_output"):
            model.add_tensor(f"blk.{layer}.{name}.weight", weights(WIDTH, WIDTH))
        model.add_tensor(f"blk.{layer}.ffn_gate.weight", weights(INNER, WIDTH))
        model.add_tensor(f"blk.{layer}.ffn_up.weight", weights(INNER, WIDTH))
        model.add_tensor(f"blk.{layer}.ffn_down.weight", weights(WIDTH, INNER))
        model.add_tensor(f"blk.{layer}.attn_norm.weight", ones)
        model.add_tensor(f"blk.{layer}.ffn_norm.weight", ones)
    model.write_header_to_file()
    model.write_kv_data_to_file()
    model.write_tensors_to_file()
    model.close()


def serve(path: str) -> None:
    """Serve until killed; the address is printed when it answers."""
    import xllamacpp  # type: ignore[import-not-found]

    options = xllamacpp.CommonParams()
    options.model.path = path
    options.n_ctx = 512
    options.n_parallel = 1
    server = xllamacpp.Server(options)
    print("READY", server.listening_address, flush=True)
    time.sleep(300)


if __name__ == "__main__":
    make(sys.argv[1])
    serve(sys.argv[1])
