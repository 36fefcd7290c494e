"""The clock: when sources are visited, digests made and the house is kept; what that means is decided elsewhere."""
