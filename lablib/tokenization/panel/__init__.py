"""The panels of the tokenization lab. Each is opened by one call."""
