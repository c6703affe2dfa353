"""The page /feature_maps: every channel, the arithmetic of a pixel, evidence, and colour."""
