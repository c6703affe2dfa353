"""A table's rows as pixels: 1×1 convolutions equal dense layers; and such a network beside gradient boosting."""

import torch
from sklearn.datasets import make_friedman1
from sklearn.ensemble import HistGradientBoostingRegressor
from torch import nn

x, y = make_friedman1(2_000 + 4_000, n_features=12, noise=1.5, random_state=0)  # seven columns mean nothing
x, y = torch.tensor((x - 0.5) * 12**0.5).float(), torch.tensor((y - y.mean()) / y.std()).float()[:, None]
known, new = slice(0, 2_000), slice(2_000, None)

torch.manual_seed(0)
dense = nn.Sequential(nn.Linear(12, 64), nn.ReLU(), nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 1))
optimizer = torch.optim.AdamW(dense.parameters(), lr=1e-2, weight_decay=0.2)
schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 1e-2, total_steps=20 * 32)
for _ in range(20):
    for batch in torch.randperm(2_000).split(64):
        optimizer.zero_grad()
        nn.functional.mse_loss(dense(x[known][batch]), y[known][batch]).backward()
        optimizer.step()
        schedule.step()

convs = nn.Sequential(nn.Conv2d(12, 64, 1), nn.ReLU(), nn.Conv2d(64, 32, 1), nn.ReLU(), nn.Conv2d(32, 1, 1))
for conv, layer in zip(convs[::2], dense[::2], strict=True):
    conv.weight.data, conv.bias.data = layer.weight.data[:, :, None, None], layer.bias.data

with torch.inference_mode():
    picture = x.T.reshape(1, 12, 60, 100)  # all 6,000 rows as one picture
    print("largest difference to dense layers:", float((convs(picture).flatten() - dense(x).flatten()).abs().max()))
    errors = {"network": nn.functional.mse_loss(dense(x[new]), y[new])}
trees = HistGradientBoostingRegressor(random_state=0).fit(x[known].numpy(), y[known, 0].numpy())
errors["gradient boosting"] = nn.functional.mse_loss(torch.tensor(trees.predict(x[new].numpy())).float(), y[new, 0])
for name, error in errors.items():
    print(f"{name}: R² on new rows {1 - float(error / y[new].var()):.3f}")
