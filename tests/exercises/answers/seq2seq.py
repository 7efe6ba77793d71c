"""Answers to the exercises of the encoder-decoder lab."""

from tests.exercises.answers import Tried

ANSWERS = {
    "seq2seq/shift-right": Tried(
        right=(
            "def shift_right(labels, start):\n    return ([start] + list(labels))[:-1]\n",
            "def shift_right(labels, start):\n"
            "    return [start if i == 0 else labels[i - 1] for i in range(len(labels))]\n",
        ),
        wrong={
            "def shift_right(labels, start):\n    return labels\n": "the row itself",
            "def shift_right(labels, start):\n    return [start] + labels\n": "One too many",
            "def shift_right(labels, start):\n    return labels[:-1]\n": "",
            "def shift_right(labels, start):\n    return [start] + labels[1:]\n": "",
        },
    ),
    "seq2seq/pad-labels": Tried(
        right=(
            "def pad_labels(rows):\n"
            "    most = len(max(rows, key=len))\n"
            "    return [[*row, *[-100] * (most - len(row))] for row in rows]\n",
            "import itertools\n"
            "def pad_labels(rows):\n"
            "    columns = itertools.zip_longest(*rows, fillvalue=-100)\n"
            "    return [list(row) for row in zip(*columns)]\n",
        ),
        wrong={
            "def pad_labels(rows):\n"
            "    most = len(max(rows, key=len))\n"
            "    return [[*row, *[0] * (most - len(row))] for row in rows]\n": "filled up with 0",
            "def pad_labels(rows):\n"
            "    most = len(max(rows, key=len))\n"
            "    return [[-100] * (most - len(row)) + row for row in rows]\n": "*after* the row",
            "def pad_labels(rows):\n    return [row + [-100] for row in rows]\n": "",
        },
    ),
    "seq2seq/cross-attention": Tried(
        right=(
            "import torch.nn.functional as F\n"
            "def cross_attention(q, k, v, there):\n"
            "    return F.scaled_dot_product_attention(q, k, v, attn_mask=there[None])\n",
            "import torch\n"
            "def cross_attention(q, k, v, there):\n"
            "    scores = torch.exp(q @ k[there].T / k.shape[1] ** 0.5)\n"
            "    return scores / scores.sum(1, keepdim=True) @ v[there]\n",
        ),
        wrong={
            "def cross_attention(q, k, v, there):\n"
            "    return (q @ k.T / q.shape[1] ** 0.5).softmax(1) @ v\n": "filler tokens",
            "def cross_attention(q, k, v, there):\n"
            "    return (q @ k[there].T).softmax(1) @ v[there]\n": "division by the root",
            "def cross_attention(q, k, v, there):\n"
            "    return (q @ k.T / q.shape[1] ** 0.5 * there).softmax(1) @ v\n": "",
        },
    ),
    "seq2seq/greedy": Tried(
        right=(
            "def write(next_scores, start, end, most):\n"
            "    written = []\n"
            "    for _ in range(most):\n"
            "        scores = next_scores([start] + written)\n"
            "        written.append(max(range(len(scores)), key=scores.__getitem__))\n"
            "        if written[-1] == end:\n"
            "            break\n"
            "    return written\n",
            "import torch\n"
            "def write(next_scores, start, end, most):\n"
            "    ids = [start]\n"
            "    while len(ids) - 1 < most:\n"
            "        ids.append(int(torch.tensor(next_scores(ids)).argmax()))\n"
            "        if ids[-1] == end:\n"
            "            return ids[1:]\n"
            "    return ids[1:]\n",
        ),
        wrong={
            "def write(next_scores, start, end, most):\n"
            "    ids = [start]\n"
            "    while len(ids) <= most and ids[-1] != end:\n"
            "        scores = next_scores(ids)\n"
            "        ids.append(scores.index(max(scores)))\n"
            "    return ids\n": "start token was not written",
            "def write(next_scores, start, end, most):\n"
            "    ids = [start]\n"
            "    while len(ids) <= most:\n"
            "        scores = next_scores(ids)\n"
            "        best = scores.index(max(scores))\n"
            "        if best == end:\n"
            "            break\n"
            "        ids.append(best)\n"
            "    return ids[1:]\n": "belongs to what you return",
            "def write(next_scores, start, end, most):\n"
            "    ids = [start]\n"
            "    for _ in range(most):\n"
            "        scores = next_scores(ids)\n"
            "        ids.append(scores.index(min(scores)))\n"
            "        if ids[-1] == end:\n"
            "            break\n"
            "    return ids[1:]\n": "",
        },
    ),
    "seq2seq/best-text": Tried(
        right=(
            "def best_text(texts, penalty):\n"
            "    score = lambda i: sum(texts[i]) / len(texts[i]) ** penalty\n"
            "    return max(range(len(texts)), key=score)\n",
            "import numpy as np\n"
            "def best_text(texts, penalty):\n"
            "    return int(np.argmax([np.sum(t) / np.power(len(t), penalty) for t in texts]))\n",
        ),
        wrong={
            "def best_text(texts, penalty):\n"
            "    sums = [sum(text) for text in texts]\n"
            "    return sums.index(max(sums))\n": "You compare sums",
            "def best_text(texts, penalty):\n"
            "    sums = [sum(text) / len(text) for text in texts]\n"
            "    return sums.index(max(sums))\n": "You divide by the length",
            "def best_text(texts, penalty):\n    return 0\n": "",
        },
    ),
    "seq2seq/sequence-loss": Tried(
        right=(
            "import torch.nn.functional as F\n"
            "def sequence_loss(logits, labels):\n    return F.cross_entropy(logits, labels)\n",
            "import torch\n"
            "def sequence_loss(logits, labels):\n"
            "    kept = [i for i, id in enumerate(labels.tolist()) if id != -100]\n"
            "    losses = [logits[i].logsumexp(0) - logits[i, labels[i]] for i in kept]\n"
            "    return torch.stack(losses).mean()\n",
        ),
        wrong={
            "import torch.nn.functional as F\n"
            "def sequence_loss(logits, labels):\n"
            "    return F.cross_entropy(logits, labels, reduction='sum')\n": "You sum",
            "import torch.nn.functional as F\n"
            "def sequence_loss(logits, labels):\n"
            "    return F.cross_entropy(logits, labels.clamp(min=0))\n": "Places with −100 count",
            "import torch.nn.functional as F\n"
            "def sequence_loss(logits, labels):\n"
            "    return -F.cross_entropy(logits, labels)\n": "",
        },
    ),
    "seq2seq/no-causal-mask": Tried(
        right=(
            "import torch\n"
            "def decoder_layer(x, source, self_attention, cross_attention, feed_forward):\n"
            "    n = len(x)\n"
            "    hidden = ~torch.tril(torch.ones(n, n)).bool()\n"
            "    y = self_attention(x, x, x, hidden) + x\n"
            "    z = cross_attention(y, source, source) + y\n"
            "    return feed_forward(z) + z\n",
            "import torch\n"
            "def decoder_layer(x, source, self_attention, cross_attention, feed_forward):\n"
            "    seen = [(x[i : i + 1], x[: i + 1]) for i in range(len(x))]\n"
            "    rows = [self_attention(one, past, past) for one, past in seen]\n"
            "    z1 = x + torch.cat(rows)\n"
            "    z2 = z1 + cross_attention(z1, source, source)\n"
            "    return z2 + feed_forward(z2)\n",
        ),
        wrong={
            "import torch\n"
            "def decoder_layer(x, source, self_attention, cross_attention, feed_forward):\n"
            "    z1 = x + self_attention(x, x, x, torch.zeros(len(x), len(x)).bool())\n"
            "    z2 = z1 + cross_attention(z1, source, source)\n"
            "    return z2 + feed_forward(z2)\n": "still sees its own future",
            "import torch\n"
            "def decoder_layer(x, source, self_attention, cross_attention, feed_forward):\n"
            "    future = torch.ones(len(x), len(x)).triu(1).bool()\n"
            "    z1 = x + self_attention(x, x, x, future)\n"
            "    z2 = z1 + cross_attention(z1, z1, z1)\n"
            "    return z2 + feed_forward(z2)\n": "nothing looks at the source",
            "import torch\n"
            "def decoder_layer(x, source, self_attention, cross_attention, feed_forward):\n"
            "    future = torch.ones(len(x), len(x)).triu(1).bool()\n"
            "    z1 = self_attention(x, x, x, future)\n"
            "    z2 = z1 + cross_attention(z1, source, source)\n"
            "    return z2 + feed_forward(z2)\n": "",
        },
    ),
    "seq2seq/source-mask": Tried(
        right=(
            "def looked(weights, there):\n"
            "    kept = weights.masked_fill(there == 0, 0)\n"
            "    return kept / kept.sum(1)[:, None]\n",
            "def looked(weights, there):\n    return (weights.log() + there.log()).softmax(-1)\n",
        ),
        wrong={
            "def looked(weights, there):\n"
            "    return weights / weights.sum(-1, keepdim=True)\n": "still looked at",
            "def looked(weights, there):\n    return weights * there\n": "do not sum to 1",
            "def looked(weights, there):\n    return (weights * there).softmax(-1)\n": "",
        },
    ),
    "seq2seq/labels-not-shifted": Tried(
        right=(
            "def teacher_loss(decoder, labels, start):\n"
            "    total = 0\n"
            "    for i, label in enumerate(labels):\n"
            "        total += decoder([start, *labels[:i]], label)\n"
            "    return total / len(labels)\n",
            "def teacher_loss(decoder, labels, start):\n"
            "    read = ([start] + labels)[:-1]\n"
            "    losses = [decoder(read[: i + 1], label) for i, label in enumerate(labels)]\n"
            "    return sum(losses) / len(losses)\n",
        ),
        wrong={
            "def teacher_loss(decoder, labels, start):\n"
            "    read = [start, *labels]\n"
            "    losses = [decoder(read[: i + 2], label) for i, label in enumerate(labels)]\n"
            "    return sum(losses) / len(losses)\n": "its own label as the last one",
            "def teacher_loss(decoder, labels, start):\n"
            "    losses = [decoder([start], label) for label in labels]\n"
            "    return sum(losses) / len(losses)\n": "nothing but the start token",
            "def teacher_loss(decoder, labels, start):\n"
            "    losses = [decoder([start, *labels[:i]], x) for i, x in enumerate(labels)]\n"
            "    return sum(losses)\n": "",
        },
    ),
    "seq2seq/padding-in-labels": Tried(
        right=(
            "def mean_loss(losses, labels):\n"
            "    total = count = 0\n"
            "    for row, ids in zip(losses, labels):\n"
            "        for loss, id in zip(row, ids):\n"
            "            if id >= 0:\n"
            "                total, count = total + loss, count + 1\n"
            "    return total / count\n",
            "import torch\n"
            "def mean_loss(losses, labels):\n"
            "    losses, labels = torch.tensor(losses), torch.tensor(labels)\n"
            "    return losses[labels != -100].mean()\n",
        ),
        wrong={
            "def mean_loss(losses, labels):\n"
            "    flat = [loss for row in losses for loss in row]\n"
            "    return sum(flat) / len(flat)\n": "Padding still counts",
            "import torch\n"
            "def mean_loss(losses, labels):\n"
            "    losses, labels = torch.tensor(losses), torch.tensor(labels)\n"
            "    return losses[labels != -100].sum() / losses.numel()\n": "divide by all places",
            "import torch\n"
            "def mean_loss(losses, labels):\n"
            "    losses, labels = torch.tensor(losses), torch.tensor(labels)\n"
            "    return losses[labels != -100].sum()\n": "",
        },
    ),
    "seq2seq/wrong-start": Tried(
        right=(
            "def first_input(config):\n"
            "    return config.get('decoder_start_token_id', config['pad_token_id'])\n",
            "def first_input(config):\n"
            "    if 'decoder_start_token_id' in config:\n"
            "        return config['decoder_start_token_id']\n"
            "    return config['pad_token_id']\n",
        ),
        wrong={
            "def first_input(config):\n    return config['pad_token_id']\n": "BART does not",
            "def first_input(config):\n    return config['bos_token_id']\n": "begins a text",
            "def first_input(config):\n    return config.get('decoder_start_token_id', 0)\n": "",
        },
    ),
}
