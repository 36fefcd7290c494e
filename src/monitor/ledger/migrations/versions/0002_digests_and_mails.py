"""Digests, the articles that each owns, and the mails that wait."""

import sqlalchemy as sa
from alembic import op

# A migration stands for itself: it imports nothing that may change later.
Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Instant = sa.DateTime(timezone=True)


revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:

    op.create_table(
        "digest",
        sa.Column("id", Id, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("start_at", Instant, nullable=False),
        sa.Column("end_at", Instant, nullable=False),
        sa.Column("made_at", Instant, nullable=False),
        sa.Column("snapshot", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_digest")),
    )
    op.create_index("uq_digest_name_day", "digest", ["name", "day"], unique=True)
    for kind, target in (("article", "article.number"), ("revision", "revision.id")):
        op.create_table(
            f"digest_{kind}",
            sa.Column("name", sa.Text(), nullable=False),
            sa.Column(kind, Id, autoincrement=False, nullable=False),
            sa.Column("digest", Id, nullable=False),
            sa.ForeignKeyConstraint([kind], [target], name=op.f(f"fk_digest_{kind}_{kind}")),
            sa.ForeignKeyConstraint(["digest"], ["digest.id"], name=op.f(f"fk_digest_{kind}_digest")),
            sa.PrimaryKeyConstraint("name", kind, name=op.f(f"pk_digest_{kind}")),
        )
        op.create_index(op.f(f"ix_digest_{kind}_digest"), f"digest_{kind}", ["digest"], unique=False)
    op.create_table(
        "mail",
        sa.Column("id", Id, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("closed_at", Instant, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail")),
        sa.UniqueConstraint("key", name=op.f("uq_mail_key")),
    )
    op.create_index("ix_mail_closed_at", "mail", ["closed_at"], unique=False)
    op.create_table(
        "delivery",
        sa.Column("mail", Id, autoincrement=False, nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("repeated", sa.Boolean(), nullable=False),
        sa.Column("next_at", Instant, nullable=False),
        sa.Column("reply", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["mail"], ["mail.id"], name=op.f("fk_delivery_mail")),
        sa.PrimaryKeyConstraint("mail", "recipient", name=op.f("pk_delivery")),
    )


def downgrade() -> None:
    for table in ("delivery", "mail", "digest_revision", "digest_article", "digest"):
        op.drop_table(table)
