"""The ledger's history: one file a change of the schema, run by `Ledger.open`."""
