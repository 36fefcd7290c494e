"""Is it known? Addresses and texts brought to one form, and the verdict on them. Pure."""
