"""The panels of the encoder-decoder lab. Each is opened by one call and needs only a text."""
