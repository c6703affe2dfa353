"""A 1×1 convolution and a dense layer with the same weights: outputs and gradients."""

import torch
from torch import nn

conv = nn.Conv2d(16, 8, kernel_size=1)
dense = nn.Linear(16, 8)
dense.weight.data = conv.weight.data[:, :, 0, 0].clone()  # (8, 16, 1, 1) becomes (8, 16)
dense.bias.data = conv.bias.data.clone()

x = torch.randn(2, 16, 7, 7)
by_conv = conv(x)
by_dense = dense(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)  # channels last: a row for each pixel
probe = torch.randn_like(by_conv) / by_conv.numel() ** 0.5
(by_conv * probe).sum().backward()
(by_dense * probe).sum().backward()

print("largest difference of the outputs:", float((by_conv - by_dense).detach().abs().max()))
print("of the gradients:", float((conv.weight.grad[:, :, 0, 0] - dense.weight.grad).abs().max()))
print("parameters:", sum(p.numel() for p in conv.parameters()), sum(p.numel() for p in dense.parameters()))
