"""The error tree. Every message names the thing, the cause and the remedy.

MonitorError
├── ConfigError       the operator's files are wrong            exit 3
│   ├── SeedError     a source or lexicon file is wrong
│   └── HomeError     the home cannot be used
├── UsageError        the command line asks for what is not there   exit 2
├── LockHeldError     somebody else holds the home or the source    exit 75
├── FeedError         a document is no feed, sitemap or listing
├── ExtractError      a page gave no article and why
├── LedgerError       the ledger cannot be read or written
├── QueueError        the queue cannot be read or written
└── MailError         a mail could not be handed over
"""


class MonitorError(Exception):
    """Something expected went wrong; the message is for a person."""

    exit_code = 1


class ConfigError(MonitorError):
    """A settings file holds an unknown key or a wrong value."""

    exit_code = 3


class SeedError(ConfigError):
    """A source or lexicon file holds an unknown key or a wrong value."""


class HomeError(ConfigError):
    """The home directory cannot be created, read or written."""


class UsageError(MonitorError):
    """The command line names something that does not exist."""

    exit_code = 2


class LockHeldError(MonitorError):
    """Another process holds what this one needs."""

    exit_code = 75


class FeedError(MonitorError):
    """A fetched document is not the feed, sitemap or listing it should be."""


class ExtractError(MonitorError):
    """A page could not be turned into an article."""


class LedgerError(MonitorError):
    """The ledger cannot be opened, read or written."""


class QueueError(MonitorError):
    """The queue directory cannot be read or written."""


class MailError(MonitorError):
    """The mail server did not take a message."""
