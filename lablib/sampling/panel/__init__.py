"""The panels of the sampling lab. Each is opened by one call and needs nothing but a prompt."""
