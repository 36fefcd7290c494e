"""The ledger's tables: what is remembered, and nothing of how it is asked for.

The migrations in migrations/versions are the truth of what a ledger on disk looks like; a test holds the two together.
"""

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    TypeDecorator,
)


class Instant(TypeDecorator[datetime]):
    """A moment: aware UTC on both sides of the border, whatever the database keeps."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The moment as the database takes it."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone; give an aware datetime")
        value = value.astimezone(UTC)
        # SQLite has no zones: naive UTC text of fixed width, so that text order is time order.
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The moment, aware in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


# SQLite numbers rows by itself only where the type is exactly INTEGER.
Id = BigInteger().with_variant(Integer(), "sqlite")

# Constraint names that do not depend on the database, so that later migrations can drop them.
metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

run = Table(
    "run",
    metadata,
    Column("id", Id, primary_key=True),
    Column("kind", Text, nullable=False),  # crawl, ingest, …
    Column("started_at", Instant, nullable=False),
    Column("finished_at", Instant),  # empty: still running, or killed
    Column("since", Instant),
    Column("until", Instant),
)

source = Table(
    "source",
    metadata,
    Column("id", Text, primary_key=True),
    Column("holder", Text),  # who visits it now …
    Column("lease_until", Instant),  # … and until when nobody else may
    Column("visited_at", Instant),
    Column("ok_at", Instant),  # the last visit that went well
    Column("failures", Integer, nullable=False, server_default="0"),  # visits in a row that did not
    Column("next_visit_at", Instant),
    Column("not_before", Instant),  # Retry-After: no request before that
    Column("interval", Integer),  # seconds between visits as adapted
)

visit = Table(
    "visit",
    metadata,
    Column("id", Id, primary_key=True),
    Column("run", Id, ForeignKey("run.id"), nullable=False),
    Column("source", Text, nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("finished_at", Instant, nullable=False),
    Column("status", Text, nullable=False),
    Column("complete", Boolean(create_constraint=False), nullable=False),
    Column("covered_from", Instant),
    Column("note", Text),
    Index("uq_visit_run_source", "run", "source", unique=True),
    Index("ix_visit_source_at", "source", "finished_at"),
)

# What a server gave us to ask "has it changed?"; one row a document, since a sitemap index has many.
document = Table(
    "document",
    metadata,
    Column("source", Text, primary_key=True),
    Column("url", Text, primary_key=True),
    Column("etag", Text),
    Column("last_modified", Text),
    Column("body_hash", Text),
    Column("at", Instant, nullable=False),
)

# Every poll of every channel: the history that health is judged on.
poll = Table(
    "poll",
    metadata,
    Column("id", Id, primary_key=True),
    Column("run", Id, ForeignKey("run.id"), nullable=False),
    Column("source", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("status", Text, nullable=False),
    Column("entries", Integer, nullable=False),
    Column("new", Integer, nullable=False),
    Column("undated", Integer, nullable=False),
    Column("newest_at", Instant),
    Column("covered_from", Instant),
    Column("moved_to", Text),  # where permanent redirects led
    Index("ix_poll_channel_at", "source", "channel", "at"),
    Index("ix_poll_run", "run"),
)

article = Table(
    "article",
    metadata,
    # Given out by the counter below, never by the database: a number is never used twice, not even after pruning.
    Column("number", Id, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False, unique=True),
    Column("sha256", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("canonical_url", Text),
    Column("text_key", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("author", Text),
    Column("published_at", Instant),
    Column("date_evidence", Text),
    Column("discovered_at", Instant, nullable=False),
    Column("fetched_at", Instant, nullable=False),
    Column("language", Text),
    Column("text", Text, nullable=False),  # the bytes of the queue file
    Column("score", Float, nullable=False),
    Column("category", Text),
    Column("match", JSON, nullable=False),
    Column("sidecar", JSON, nullable=False),
    Column("partial", Boolean(create_constraint=False), nullable=False),
    Column("state", Text, nullable=False),  # pending: promised to the queue; landed: the queue has it
    Column("landed_at", Instant),
    Index("ix_article_state", "state"),
    Index("ix_article_landed_at", "landed_at"),
    Index("ix_article_discovered_at", "discovered_at"),
)

# Everything that an article is known by. The primary key is what keeps two processes from landing one story twice.
article_key = Table(
    "article_key",
    metadata,
    Column("kind", Text, primary_key=True),  # url, text
    Column("value", Text, primary_key=True),
    Column("article", Id, ForeignKey("article.number"), nullable=False, index=True),
)

revision = Table(
    "revision",
    metadata,
    Column("id", Id, primary_key=True),
    Column("article", Id, ForeignKey("article.number"), nullable=False),
    Column("run", Id, ForeignKey("run.id"), nullable=False),
    Column("at", Instant, nullable=False),
    Column("url", Text, nullable=False),
    Column("text_key", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("match", JSON, nullable=False),
    Index("uq_revision_article_text", "article", "text_key", unique=True),
    Index("ix_revision_at", "at"),
)

url = Table(
    "url",
    metadata,
    Column("id", Id, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("source", Text, nullable=False),
    Column("channel", Text),  # where it was first announced; empty: handed in
    Column("url", Text, nullable=False),
    Column("title", Text),
    Column("summary", Text),
    Column("author", Text),
    Column("language", Text),
    Column("guid", Text),
    Column("published_at", Instant),
    Column("discovered_at", Instant, nullable=False),
    Column("discovered_run", Id, ForeignKey("run.id"), nullable=False),
    Column("outcome", Text, nullable=False),
    Column("reason", Text),
    Column("settled_at", Instant),
    Column("fetched_at", Instant),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("retry_at", Instant),
    Column("rereads", Integer, nullable=False, server_default="0"),
    Column("article", Id, ForeignKey("article.number")),
    Column("match", JSON),  # why not, for those that were read and refused
    Column("claims", JSON),  # the moments of publication that the page gives
    Index("ix_url_source_outcome", "source", "outcome"),
    Index("ix_url_retry_at", "retry_at"),
    Index("ix_url_article", "article"),
)

# What one run made of one URL: for each run and source, discovered is the number of rows and the sum of the outcomes.
sighting = Table(
    "sighting",
    metadata,
    Column("run", Id, ForeignKey("run.id"), primary_key=True, autoincrement=False),
    Column("url", Id, ForeignKey("url.id"), primary_key=True, autoincrement=False),
    Column("source", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("reason", Text),
    Column("at", Instant, nullable=False),
    Column("answers", Text),  # what the server said, where it said more than one thing
    Index("ix_sighting_url", "url"),
)

robots = Table(
    "robots",
    metadata,
    Column("origin", Text, primary_key=True),
    Column("status", Integer),  # empty: no answer
    Column("body", Text),
    Column("fetched_at", Instant, nullable=False),
    Column("reachable_at", Instant),  # the last time that there was a usable answer
)

learning = Table(
    "learning",
    metadata,
    Column("source", Text, primary_key=True),
    Column("pages", Integer, nullable=False),
)

block = Table(
    "block",
    metadata,
    Column("source", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("pages", Integer, nullable=False),
    Column("first_at", Instant, nullable=False),
    Column("first_page", Integer, nullable=False),  # learning.pages when it was first seen
    Column("last_page", Integer, nullable=False),
)

claim = Table(
    "claim",
    metadata,
    Column("name", Text, primary_key=True),
    Column("claimed_at", Instant, nullable=False),
    Column("lease_until", Instant, nullable=False),
)

counter = Table(
    "counter",
    metadata,
    Column("name", Text, primary_key=True),
    Column("next", Id, nullable=False),
)

# One digest of one local day. What was true when it was made stays with it: made again, it is the same.
digest = Table(
    "digest",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", Text, nullable=False),
    Column("day", Text, nullable=False),  # ISO date
    Column("zone", Text, nullable=False),
    Column("start_at", Instant, nullable=False),
    Column("end_at", Instant, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("snapshot", JSON, nullable=False),  # states of the sources, recovered, discovered, notes
    Index("uq_digest_name_day", "name", "day", unique=True),
)

# An article stands in one digest of a name, and so does each of its revisions.
digest_article = Table(
    "digest_article",
    metadata,
    Column("name", Text, primary_key=True),
    Column("article", Id, ForeignKey("article.number"), primary_key=True, autoincrement=False),
    Column("digest", Id, ForeignKey("digest.id"), nullable=False, index=True),
)

digest_revision = Table(
    "digest_revision",
    metadata,
    Column("name", Text, primary_key=True),
    Column("revision", Id, ForeignKey("revision.id"), primary_key=True, autoincrement=False),
    Column("digest", Id, ForeignKey("digest.id"), nullable=False, index=True),
)

# What is to be handed over: the message as it will go out, and where it is for each recipient.
mail = Table(
    "mail",
    metadata,
    Column("id", Id, primary_key=True),
    Column("key", Text, nullable=False, unique=True),  # digest/daily/2026-11-23
    Column("sender", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("closed_at", Instant),  # empty: something is left to do
    Index("ix_mail_closed_at", "closed_at"),
)

delivery = Table(
    "delivery",
    metadata,
    Column("mail", Id, ForeignKey("mail.id"), primary_key=True, autoincrement=False),
    Column("recipient", Text, primary_key=True),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("repeated", Boolean(create_constraint=False), nullable=False),
    Column("next_at", Instant, nullable=False),
    Column("reply", Text),
)

# What is known of each web hook of the settings.
hook = Table(
    "hook",
    metadata,
    Column("name", Text, primary_key=True),
    Column("place", Text, nullable=False),  # a hash of its address: the address itself may be a secret
    Column("since", Instant, nullable=False),  # what landed earlier is none of its business
    Column("failures", Integer, nullable=False, server_default="0"),  # attempts in a row that were its own fault
    Column("not_before", Instant),  # no attempt before that
    Column("off_at", Instant),  # it has answered that it wants no more
    Column("reply", Text),  # its last answer
    Column("looked_at", Instant),  # when the sources were last looked at for it
    Column("ailing", JSON, nullable=False),  # what it was last told of them: source → status
)

# What is to be posted to a hook: the body as it will go out, under the id by which a receiver knows a repeat.
notice = Table(
    "notice",
    metadata,
    Column("id", Id, primary_key=True),
    Column("hook", Text, nullable=False),
    Column("key", Text, nullable=False),  # article/000_….txt, digest/daily/2026-11-23
    Column("uid", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("state", Text, nullable=False),  # waiting, accepted, given-up
    Column("attempts", Integer, nullable=False),
    Column("next_at", Instant, nullable=False),
    Column("reply", Text),
    Index("uq_notice_hook_key", "hook", "key", unique=True),
    Index("ix_notice_state", "state", "hook", "next_at"),
)
