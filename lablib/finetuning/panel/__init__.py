"""The panels of the fine-tuning lab. Each is opened by one call."""
