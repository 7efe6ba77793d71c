"""What is computed here: text and tensors in, results out; no widgets and no plots."""
