"""The turnstile: who is one too many waits outside, and who idles makes room."""

from dataclasses import dataclass, field

from mailer.intake.turnstile import BUSY, LEAST_IDLE, MAKE_ROOM, MOST_SESSIONS, TOO_MANY_OF_YOURS, Turnstile


@dataclass(eq=False)
class Caller:
    network: str = "192.0.2.0/24"
    seconds: float = 0.0
    told: list[bytes] = field(default_factory=list)

    def idle(self) -> float:
        return self.seconds

    def show_out(self, farewell: bytes) -> None:
        self.told.append(farewell)


def test_a_network_has_so_many_sessions_and_gets_one_back_for_each_that_ends() -> None:
    turnstile, callers = Turnstile(2), [Caller() for _ in range(3)]

    assert [turnstile.let_in(one) for one in callers] == [b"", b"", TOO_MANY_OF_YOURS]
    turnstile.let_out(callers[2])  # was never counted
    assert turnstile.let_in(callers[2]) == TOO_MANY_OF_YOURS
    turnstile.let_out(callers[0])
    assert turnstile.let_in(callers[2]) == b""


def test_this_very_host_and_where_there_is_no_limit_nobody_is_counted() -> None:
    assert not any(Turnstile(1).let_in(Caller("")) for _ in range(3))
    turnstile = Turnstile(0)
    assert not any(turnstile.let_in(Caller()) for _ in range(3))


def test_where_all_places_are_taken_the_idlest_leaves() -> None:
    turnstile = Turnstile(0)
    callers = [Caller(seconds=LEAST_IDLE + (number == 7)) for number in range(MOST_SESSIONS)]
    for one in callers:
        turnstile.let_in(one)

    assert turnstile.let_in(Caller()) == b""
    assert [one.told for one in callers if one.told] == [[MAKE_ROOM]]
    assert callers[7].told


def test_where_all_are_busy_nobody_leaves() -> None:
    turnstile = Turnstile(0)
    for _ in range(MOST_SESSIONS):
        turnstile.let_in(Caller(seconds=LEAST_IDLE - 1))

    assert turnstile.let_in(Caller()) == BUSY
