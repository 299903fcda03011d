"""What a search may be narrowed to is counted among what its reader sees, and never tells who asked anonymously."""

from datetime import datetime
from pathlib import Path

from support.builders import a_filed_message, a_lawyer, a_list, a_person, an_organisation
from tickets.database.models import Ticket, Visibility
from tickets.database.store import Store
from tickets.people.sight import sight_of
from tickets.portal import Portal
from tickets.search.facets import FacetKind
from tickets.search.searching import Search


def test_each_reader_gets_counts_of_what_they_see(store: Store, portal: Portal, tmp_path: Path, now: datetime) -> None:
    search = Search(store, tmp_path / "index", "tests")
    with store.transaction() as session:
        row = a_list(session)
        lawyer, member = a_lawyer(session, row), a_person(session, "ole@oeby.example.dk", "Ole Følger")
        towns = [an_organisation(session, name, f"{name}.example.dk") for name in ("nord", "syd")]
        askers = [a_person(session, f"x@{town.name}.example.dk", "X", town) for town in towns]
        for number, visibility in enumerate((Visibility.OPEN, Visibility.ANONYMOUS, Visibility.CONFIDENTIAL)):
            message = a_filed_message(
                session, portal, row, askers[number % 2], now, text="kamera", visibility=visibility
            )
            session.get_one(Ticket, message.ticket_key).topics = [f"emne{number}", "video"]
    while search.update(now):
        pass

    def told(who: object) -> dict[str, dict[str, int]]:
        with store.reading() as session:
            facets = search.find(session, sight_of(session, who), "kamera").facets  # type: ignore[arg-type]
        return {facet.kind: {one.name: one.count for one in facet.choices} for facet in facets}

    assert told(member) == {FacetKind.TOPIC: {"video": 2, "emne0": 1, "emne1": 1}}
    assert told(lawyer)[FacetKind.TOPIC] == {"video": 3, "emne0": 1, "emne1": 1, "emne2": 1}
    assert "syd" not in told(lawyer).get(FacetKind.ORGANISATION, {})
    assert told(askers[1]) == told(member)
