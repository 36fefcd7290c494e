"""Visits to sources with Scrapy, the only HTTP client; knows nothing of how articles are judged."""
