"""A training step, looked at from inside."""

from unittest import mock

from torch import nn


def without_chance(model):
    """The same model without dropout and stochastic depth."""
    for module in model.modules():
        if isinstance(module, nn.modules.dropout._DropoutNd):
            module.p = 0.0
        if hasattr(module, 'drop_prob'):
            module.drop_prob = 0.0
    return model


def backward(model, *batch):
    """Losses, their sum, and its gradients in the parameters."""
    losses = model.loss(*batch)
    total = sum(value for key, value in losses.items() if 'loss' in key)
    model.zero_grad()
    total.backward()
    return losses, total


def spy(head):
    """See what a head is called with."""
    return mock.patch.object(head, 'loss', wraps=head.loss)


def check_doubled(stock, mixed):
    """Gradients of ``mixed`` are twice those of ``stock``; who learns."""
    grads = {key: param.grad for key, param in mixed.named_parameters()}
    largest = max(
        p.grad.norm() for p in stock.parameters() if p.grad is not None
    )
    learning = set()
    for key, param in stock.named_parameters():
        if param.grad is None:
            assert grads[key] is None, key
            continue
        learning.add(key)
        error = (grads[key] - 2 * param.grad).norm()
        assert error < 1e-4 * max(param.grad.norm(), 1e-3 * largest), key
    return learning
