"""Training in the app: inputs, the panel of a run, its result and files, and which weights the pages use."""
