"""A dense layer on 28×28 pixels as a 28×28 convolution: slid over a wide picture, it equals the crops."""

import torch
from torch import nn

mlp = nn.Sequential(nn.Flatten(), nn.Linear(28 * 28, 256), nn.ReLU(), nn.Linear(256, 10)).eval()

slid = nn.Sequential(nn.Conv2d(1, 256, kernel_size=28), nn.ReLU(), nn.Conv2d(256, 10, kernel_size=1)).eval()
slid[0].weight.data = mlp[1].weight.data.reshape(256, 1, 28, 28)
slid[0].bias.data = mlp[1].bias.data
slid[2].weight.data = mlp[3].weight.data[:, :, None, None]
slid[2].bias.data = mlp[3].bias.data

wide = torch.rand(1, 1, 28, 140)
with torch.inference_mode():
    scores = slid(wide)[0, :, 0]  # (10, 113): logits at 113 places
    crops = torch.cat([wide[:, :, :, left : left + 28] for left in range(113)])
    print("logits at every place:", tuple(scores.shape))
    print("largest difference to the crops:", float((scores.T - mlp(crops)).abs().max()))
