"""Who vouched for the author of a message, and what of it that did not cover: asked again after it was held"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("arrivals", sa.Column("voucher", sa.JSON(none_as_null=True), nullable=True))
