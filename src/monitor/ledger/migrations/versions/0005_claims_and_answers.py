"""What a page says of its date, and what a server said before its last answer."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("url", sa.Column("claims", sa.JSON(), nullable=True))
    op.add_column("sighting", sa.Column("answers", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("sighting", "answers")
    op.drop_column("url", "claims")
