#!/usr/bin/env python3
"""The work of examples/gpt_speed.rs in PyTorch, for comparison.

    pip install torch==2.15.0
    python3 torch_gpt_speed.py --config S --threads 1

With --serve it does one step for each line of standard input and answers with the milliseconds.
"""

import argparse
import os
import statistics
import sys
import time

SIZES = {"S": (32, 64, 64, 4, 2, 65), "M": (32, 128, 128, 4, 4, 65), "L": (16, 256, 256, 8, 4, 5000)}
BLOCK = 64  # tokens generated between two looks at the clock

parser = argparse.ArgumentParser()
parser.add_argument("--config", choices=SIZES, default="S")
parser.add_argument("--mode", choices=["train", "generate"], default="train")
parser.add_argument("--threads", type=int, default=1)
parser.add_argument("--serve", action="store_true")
args = parser.parse_args()
os.environ["OMP_NUM_THREADS"] = os.environ["MKL_NUM_THREADS"] = str(args.threads)

import torch  # noqa: E402  (the number of threads must be set first)
from torch import nn  # noqa: E402
from torch.nn import functional as F  # noqa: E402

torch.set_num_threads(args.threads)
torch.manual_seed(0)
batch, context, size, heads, blocks, vocabulary = SIZES[args.config]


class Block(nn.Module):
    """Written with PyTorch's fused attention, which is faster on a CPU than its TransformerEncoderLayer."""

    def __init__(self):
        super().__init__()
        self.norm_1, self.norm_2 = nn.LayerNorm(size), nn.LayerNorm(size)
        self.qkv, self.out = nn.Linear(size, 3 * size), nn.Linear(size, size)
        self.up, self.down = nn.Linear(size, 4 * size), nn.Linear(4 * size, size)

    def forward(self, x, cache=None, t=None):
        b, steps, _ = x.shape
        parts = self.qkv(self.norm_1(x)).view(b, steps, 3, heads, size // heads)
        q, k, v = parts.permute(2, 0, 3, 1, 4).unbind(0)
        if cache is not None:
            cache[0][:, :, t : t + 1], cache[1][:, :, t : t + 1] = k, v
            k, v = cache[0][:, :, : t + 1], cache[1][:, :, : t + 1]
        o = F.scaled_dot_product_attention(q, k, v, is_causal=cache is None)
        x = x + self.out(o.transpose(1, 2).reshape(b, steps, size))
        return x + self.down(F.gelu(self.up(self.norm_2(x))))


class Gpt(nn.Module):
    def __init__(self):
        super().__init__()
        self.tokens, self.places = nn.Embedding(vocabulary, size), nn.Embedding(context, size)
        self.blocks = nn.ModuleList(Block() for _ in range(blocks))
        self.norm = nn.LayerNorm(size)

    def forward(self, ids):
        x = self.tokens(ids) + self.places.weight[: ids.shape[1]]
        for block in self.blocks:
            x = block(x)
        return F.linear(self.norm(x), self.tokens.weight)

    def step(self, ids, t, caches):
        x = self.tokens(ids) + self.places.weight[t]
        for block, cache in zip(self.blocks, caches):
            x = block(x, cache, t)
        return F.linear(self.norm(x), self.tokens.weight)


model = Gpt()
if args.mode == "train":
    adam = torch.optim.Adam(model.parameters(), lr=1e-3)
    x, y = torch.randint(vocabulary, (2, batch, context))
    rounds = 1

    def work():
        adam.zero_grad()
        F.cross_entropy(model(x).view(-1, vocabulary), y.view(-1)).backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        adam.step()

else:
    rounds = BLOCK

    @torch.inference_mode()
    def work():
        shape = (1, heads, context, size // heads)
        caches = [(torch.zeros(shape), torch.zeros(shape)) for _ in range(blocks)]
        ids = torch.zeros(1, 1, dtype=torch.long)
        for t in range(BLOCK):
            ids = model.step(ids, t, caches).argmax(-1)


def timed():
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1e3 / rounds


for _ in range(4):
    timed()
if args.serve:
    print("ready", torch.__version__.split("+")[0], flush=True)
    for _ in sys.stdin:
        print(timed(), flush=True)
else:
    print(f"{statistics.median(timed() for _ in range(15)):.3f} ms")
