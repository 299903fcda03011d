"""Denmark's municipalities and regions come with the product; their mail domains are the operator's to enter."""

import csv
from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

MUNICIPALITIES = Path(__file__).parents[3] / "masking" / "municipalities.csv"
REGIONS = ("Hovedstaden", "Sjælland", "Syddanmark", "Midtjylland", "Nordjylland")
UNLIKE_THE_OTHERS = {  # names that are not the place and "Kommune"
    "København": "Københavns Kommune",
    "Bornholm": "Bornholms Regionskommune",
    "Nordfyn": "Nordfyns Kommune",
    "Vesthimmerland": "Vesthimmerlands Kommune",
}


def upgrade() -> None:
    with MUNICIPALITIES.open(encoding="utf-8", newline="") as file:
        municipalities = [
            {
                "name": UNLIKE_THE_OTHERS.get(row["name"], f"{row['name']} Kommune"),
                "kind": "municipality",
                "code": row["code"],
                "region": row["region"],
                "is_approved": True,
            }
            for row in csv.DictReader(file)
        ]
    regions = [
        {"name": f"Region {name}", "kind": "region", "code": None, "region": name, "is_approved": True}
        for name in REGIONS
    ]
    organisations = sa.table("organisations", *map(sa.column, ("name", "kind", "code", "region", "is_approved")))
    op.bulk_insert(organisations, municipalities + regions)


def downgrade() -> None:
    raise NotImplementedError("A newer database is not taken back: restore the copy made before the upgrade")
