"""A fictional news world on loopback: the whole job is shown on it, and tested on it, without a network."""
