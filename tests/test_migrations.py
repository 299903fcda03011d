"""The migrations and the models are two tellings of one schema."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlmodel import Session, select

from tickets.models import Organisation, OrganisationKind, metadata
from tickets.store import Store


def test_all_migrations_together_give_the_schema_of_the_models(store: Store) -> None:
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})

        assert compare_metadata(context, metadata) == []


def test_the_municipalities_and_regions_come_with_the_product(session: Session) -> None:
    organisations = list(session.exec(select(Organisation)))

    kinds = [organisation.kind for organisation in organisations]
    names = {organisation.name for organisation in organisations}
    assert kinds.count(OrganisationKind.MUNICIPALITY) == 98
    assert kinds.count(OrganisationKind.REGION) == 5
    assert {"Københavns Kommune", "Ærø Kommune", "Bornholms Regionskommune"} <= names


def test_migrating_twice_changes_nothing(store: Store) -> None:
    store.migrate()

    with store.reading() as session:
        assert len(session.exec(select(Organisation)).all()) == 103
