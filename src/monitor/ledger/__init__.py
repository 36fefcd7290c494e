"""The ledger: every URL ever announced and what became of it. One module a question.

It knows nothing of Scrapy and nothing of the queue; `now` is always an argument.
"""

from monitor.ledger.store import Ledger

__all__ = ["Ledger"]
