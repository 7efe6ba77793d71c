"""The panels of the foundations room. Each is opened by one call and needs nothing."""
