"""The panels of the transfer lab. Those of a notebook share the labelled set and the classifier."""
