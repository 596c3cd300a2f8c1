"""Cards know what they are about; people know which privacy notice they have seen."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("card", sa.Column("about", sa.String(length=40), nullable=True))
    op.create_index("ix_card_about", "card", ["workspace_id", "about"], unique=False)
    op.add_column("person", sa.Column("notice_version", sa.Integer(), nullable=False, server_default="0"))
