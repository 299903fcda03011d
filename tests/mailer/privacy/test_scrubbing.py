"""A post is filed without the addresses that are one person's alone, wherever in it they stand."""

from mailer.privacy.scrubbing import scrub_post
from tickets.portal import Portal
from tickets.post import File, Mailbox, OwnLetter, Post
from tickets.tokens import Signer


def test_no_part_of_a_post_keeps_an_address_of_one_person(portal: Portal, signer: Signer) -> None:
    token = signer.reply_token(1, 42, 7)
    own = f"databeskyttelse+{token}@example.dk"
    post = Post(
        "1@x", Mailbox("Mette", "m@example.org"), own, f"Må vi? {own}", own, own, files=(File(2, own, "x/y", 1),)
    )

    scrubbed = scrub_post(post, portal)

    assert token not in str(scrubbed)
    assert scrubbed.text == "Må vi? databeskyttelse@example.dk"


def test_a_letter_of_ours_stands_for_its_ticket(portal: Portal) -> None:
    letter = OwnLetter("DB-42", portal.domain, part=2, text="hele brevet")
    post = Post(
        "1@x",
        Mailbox("", "m@example.org"),
        "VS",
        "Se:\n\nhele brevet",
        letters=(letter,),
        files=(File(2, "brev.eml", "x/y", 1),),
    )

    scrubbed = scrub_post(post, portal)

    assert scrubbed.text == f"Se:\n\nDB-42: {portal.base_url}/t/DB-42"
    assert scrubbed.files == ()
