"""What the ledger says about one local day becomes one mail; no SMTP, no clock, no ledger in here."""
