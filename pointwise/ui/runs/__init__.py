"""The page /runs: what was trained, compared, and looked at again."""
