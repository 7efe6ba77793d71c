"""The panels of the attention lab. Each is opened by one call and needs nothing but a text."""
