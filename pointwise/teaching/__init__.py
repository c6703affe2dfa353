"""Teaching a classifier from a few corrected drawings: its last layer is trained anew, all before it stays as it is.

    frozen = FrozenNetwork(load_model("models/nin.safetensors"))
    taught = teach(frozen, [Correction(picture, 4)])  # uint8 (28, 28)
    network = with_last_layer(frozen.network, taught.layer, card)

Corrections alone can be handled without torch.
"""
