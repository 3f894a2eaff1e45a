"""Words a second that PyTorch draws from the shipped model, one at a time.

    python3 torch_generate.py MODEL WORDS
"""

import sys
import time

sys.path.insert(0, __file__.rsplit("/", 2)[0] + "/tests/fixtures")
from torch_book_words import load  # noqa: E402

import torch  # noqa: E402

torch.set_num_threads(1)
torch.manual_seed(1)
embedding, lstm, bias = load(sys.argv[1])
words = int(sys.argv[2])
with torch.inference_mode():
    for warm in [20, words]:
        start = time.perf_counter()
        token, state = torch.tensor([[4]]), None
        for _ in range(warm):
            h, state = lstm(embedding[token], state)
            scores = torch.addmm(bias, h[0], embedding.T)
            token = torch.multinomial(torch.softmax(scores, 1), 1)
        seconds = time.perf_counter() - start
print(words / seconds)
