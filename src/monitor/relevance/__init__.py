"""Is this text about landmines, and which words say so? Lexicon files in, reasons out; knows no HTML and no ledger."""
