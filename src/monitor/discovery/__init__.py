"""Bytes of feeds, sitemaps and listing pages → Entries. Nothing here knows HTTP, the ledger or the clock."""
