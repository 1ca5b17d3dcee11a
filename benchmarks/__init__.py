"""How fast messages are eaten, against baselines measured in the same run."""
