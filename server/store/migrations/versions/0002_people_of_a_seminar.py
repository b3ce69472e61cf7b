"""People whom an invitation link let in"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: None = None
depends_on: None = None


def upgrade() -> None:
    op.create_table(
        "seminar_person",
        sa.Column("seminar_id", sa.String(length=80), nullable=False),
        sa.Column("person_id", sa.String(length=80), nullable=False),
        sa.Column("granted_at_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["seminar_id"],
            ["seminar.seminar_id"],
            name=op.f("fk_seminar_person_seminar_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.person_id"],
            name=op.f("fk_seminar_person_person_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "seminar_id", "person_id", name=op.f("pk_seminar_person")
        ),
    )
    op.create_index(
        op.f("ix_seminar_person_person_id"), "seminar_person", ["person_id"]
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_seminar_person_person_id"), "seminar_person")
    op.drop_table("seminar_person")
