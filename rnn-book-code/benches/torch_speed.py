#!/usr/bin/env python3
"""The work of examples/speed.rs in PyTorch, for comparison.

    pip install torch==2.15.0
    python3 torch_speed.py --config S --cell lstm --threads 1 --steps 20

With --serve it does one step for each line of standard input and answers with the milliseconds: the
program that compares steps both in turn, so that a machine whose speed drifts is the same for both.
"""

import argparse
import os
import statistics
import sys
import time

SIZES = {"S": (32, 64, 64, 128, 65), "M": (64, 64, 128, 256, 2000), "L": (64, 100, 256, 512, 5000)}
BLOCK = 50  # tokens generated between two looks at the clock

parser = argparse.ArgumentParser()
parser.add_argument("--config", choices=SIZES, default="S")
parser.add_argument("--cell", choices=["rnn", "gru", "lstm"], default="lstm")
parser.add_argument("--mode", choices=["train", "generate"], default="train")
parser.add_argument("--threads", type=int, default=1)
parser.add_argument("--steps", type=int, default=20)
parser.add_argument("--warmup", type=int, default=3)
parser.add_argument("--serve", action="store_true")
args = parser.parse_args()
os.environ["OMP_NUM_THREADS"] = os.environ["MKL_NUM_THREADS"] = str(args.threads)

import torch  # noqa: E402  (the number of threads must be set first)
from torch import nn  # noqa: E402

torch.set_num_threads(args.threads)
torch.manual_seed(0)
batch, steps, inputs, hidden, vocabulary = SIZES[args.config]
embedding = nn.Embedding(vocabulary, inputs)
out = nn.Linear(hidden, vocabulary)

if args.mode == "train":
    cell = {"rnn": nn.RNN, "gru": nn.GRU, "lstm": nn.LSTM}[args.cell](inputs, hidden)
    parameters = [p for part in (embedding, cell, out) for p in part.parameters()]
    adam = torch.optim.Adam(parameters, lr=1e-3)
    x, y = torch.randint(vocabulary, (2, steps, batch))
    rounds, tokens = 1, batch * steps

    def work():
        adam.zero_grad()
        states, _ = cell(embedding(x))
        scores = out(states)
        nn.functional.cross_entropy(scores.view(-1, vocabulary), y.view(-1)).backward()
        nn.utils.clip_grad_norm_(parameters, 1.0)
        adam.step()

else:
    # The single-step cells are PyTorch's fastest way to generate.
    cell = {"rnn": nn.RNNCell, "gru": nn.GRUCell, "lstm": nn.LSTMCell}[args.cell](inputs, hidden)
    last = [torch.zeros(1, dtype=torch.long), None]
    rounds, tokens = BLOCK, 1

    @torch.inference_mode()
    def work():
        token, state = last
        for _ in range(BLOCK):
            state = cell(embedding(token), state)
            token = out(state[0] if args.cell == "lstm" else state).argmax(-1)
        last[:] = token, state


def timed():
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1e3 / rounds


for _ in range(args.warmup + 1):
    timed()
if args.serve:
    print("ready", torch.__version__.split("+")[0], flush=True)
    for _ in sys.stdin:
        print(timed(), flush=True)
else:
    median = statistics.median(timed() for _ in range(max(1, args.steps // rounds)))
    print(f"{args.config} {args.cell} {args.mode}, {args.threads} threads: {median:.3f} ms, {tokens / median * 1e3:.0f} tokens/s")
