"""The panels of the transformer lab. Each is opened by one call and needs nothing but a text."""
