"""The study: every classifier by every recipe, three seeds each, so that networks are compared by one recipe."""
