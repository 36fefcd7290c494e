"""Site-specific Scrapy spiders, for outlets that a source file cannot describe."""
