"""The panels of the masked-word lab. Each is opened by one call and needs nothing but a text."""
