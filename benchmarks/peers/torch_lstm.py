"""Trains the same model in PyTorch, of `nn.LSTM`; it needs torch and numpy."""

import torch
from torch import nn

from benchmarks.peers.steps import (
    CLIP,
    EMBEDDING_DIM,
    EPSILON,
    LEARNING_RATE,
    UNITS,
    Batch,
    Turns,
    Weights,
    task,
)


class Model(nn.Module):
    """A bidirectional encoder, a decoder that attends to it after its cell."""

    def __init__(self, weights: Weights) -> None:
        super().__init__()
        # Copies: what PyTorch trains in place is no longer the file's.
        copies = {name: torch.tensor(array) for name, array in weights.items()}
        self.source_embedding = nn.Embedding.from_pretrained(
            copies["source_embedding"], freeze=False
        )
        self.target_embedding = nn.Embedding.from_pretrained(
            copies["target_embedding"], freeze=False
        )
        self.encoder = nn.LSTM(
            EMBEDDING_DIM, UNITS // 2, batch_first=True, bidirectional=True
        )
        self.decoder = nn.LSTM(EMBEDDING_DIM, UNITS, batch_first=True)
        self.attentional_vector = nn.Linear(2 * UNITS, UNITS, bias=False)
        self.logits = nn.Linear(UNITS, len(copies["target_embedding"]))
        state = {
            "attentional_vector.weight": copies["attention_kernel"].T,
            "logits.weight": copies["logits_kernel"].T,
            "logits.bias": copies["logits_bias"],
        }
        for name, layer in (
            ("forward", "encoder.{}_l0"),
            ("backward", "encoder.{}_l0_reverse"),
            ("decoder", "decoder.{}_l0"),
        ):
            bias = copies[f"{name}_bias"]
            state |= {
                layer.format("weight_ih"): copies[f"{name}_kernel"].T,
                layer.format("weight_hh"): copies[f"{name}_recurrent_kernel"].T,
                layer.format("bias_ih"): bias,
                layer.format("bias_hh"): torch.zeros_like(bias),
            }
        self.load_state_dict(state, strict=False)
        # There are two biases; together they would learn twice as fast as one.
        for name, parameter in self.named_parameters():
            parameter.requires_grad_("bias_hh" not in name)

    def forward(self, source: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        """The logits of each target token."""
        padding = source == 0
        packed = nn.utils.rnn.pack_padded_sequence(
            self.source_embedding(source),
            (~padding).sum(1),
            batch_first=True,
            enforce_sorted=False,
        )
        encoded, states = self.encoder(packed)
        memory, _ = nn.utils.rnn.pad_packed_sequence(
            encoded, batch_first=True, total_length=source.shape[1]
        )
        # (directions, batch, units / 2) to (1, batch, units)
        first = tuple(torch.cat([*state], -1)[None] for state in states)
        outputs, _ = self.decoder(self.target_embedding(target), first)
        scores = outputs @ memory.transpose(1, 2)
        scores = scores.masked_fill(padding[:, None], -1e4)
        context = scores.softmax(-1) @ memory
        read = torch.cat([context, outputs], -1)
        return self.logits(torch.tanh(self.attentional_vector(read)))


def train(weights: Weights, batches: list[Batch], precision: str, turns: Turns) -> None:
    """Trains with Adam, gradients clipped."""
    model = Model(weights)
    optimizer = torch.optim.Adam(model.parameters(), LEARNING_RATE, eps=EPSILON)
    low, losses = precision == "mixed_bfloat16", []
    for batch in batches:
        turns.begin()
        source, target, labels = (torch.from_numpy(side).long() for side in batch)
        with torch.autocast("cpu", torch.bfloat16, enabled=low):
            logits = model(source, target)
        loss = nn.functional.cross_entropy(
            logits.float().flatten(0, 1), labels.flatten(), ignore_index=0
        )
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), CLIP)
        optimizer.step()
        losses.append(loss.item())
        turns.end(sum(losses) / len(losses))


def has_low_lstm() -> bool:
    """Whether oneDNN has an LSTM in bfloat16 for this processor; it needs AVX-512."""
    with torch.autocast("cpu", torch.bfloat16):
        try:
            nn.LSTM(8, 8)(torch.zeros(1, 1, 8))
        except RuntimeError:
            return False
    return True


if __name__ == "__main__":
    weights, batches, precision = task()
    version = torch.__version__
    if precision == "mixed_bfloat16" and not has_low_lstm():
        torch.backends.mkldnn.enabled = False
        version += " without oneDNN"
    train(weights, batches, precision, Turns(version))
