"""The portal as it was first installed: every table"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "bookmarks",
        sa.Column("follower", sa.String(length=32), nullable=False),
        sa.Column("event_key", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("follower", name=op.f("bookmarks_pk")),
    )
    op.create_table(
        "contents",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("octets", sa.LargeBinary(), nullable=False),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("contents_pk")),
    )
    op.create_table(
        "events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_quiet", sa.Boolean(), nullable=False),
        sa.Column("mailing_list_key", sa.Integer(), nullable=True),
        sa.Column("ticket_key", sa.Integer(), nullable=True),
        sa.Column("message_key", sa.Integer(), nullable=True),
        sa.Column("person_key", sa.Integer(), nullable=True),
        sa.Column("arrival_key", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("events_pk")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("events_ticket_key"), ["ticket_key"], unique=False)

    op.create_table(
        "leases",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("leases_pk")),
    )
    op.create_table(
        "mailbox_marks",
        sa.Column("mailbox", sa.String(), nullable=False),
        sa.Column("uid_validity", sa.Integer(), nullable=False),
        sa.Column("last_uid", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("mailbox", name=op.f("mailbox_marks_pk")),
    )
    op.create_table(
        "mailing_lists",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=29), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("prefix", sa.String(length=8), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("visibility", sa.String(length=16), nullable=False),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        sa.Column("is_restricted", sa.Boolean(), nullable=False),
        sa.Column("digest_weekday", sa.Integer(), nullable=False),
        sa.Column("digest_hour", sa.Integer(), nullable=False),
        sa.Column("digest_minute", sa.Integer(), nullable=False),
        sa.Column("last_number", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("mailing_lists_pk")),
        sa.UniqueConstraint("address", name=op.f("mailing_lists_address_once")),
        sa.UniqueConstraint("name", name=op.f("mailing_lists_name_once")),
        sa.UniqueConstraint("prefix", name=op.f("mailing_lists_prefix_once")),
    )
    op.create_table(
        "organisations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("code", sa.String(length=4), nullable=True),
        sa.Column("region", sa.String(), nullable=True),
        sa.Column("is_approved", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("organisations_pk")),
        sa.UniqueConstraint("name", name=op.f("organisations_name_once")),
    )
    op.create_table(
        "set_aside",
        sa.Column("follower", sa.String(length=32), nullable=False),
        sa.Column("event_key", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("is_given_up", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("follower", "event_key", name=op.f("set_aside_pk")),
    )
    op.create_table(
        "digests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mailing_list_key", sa.Integer(), nullable=False),
        sa.Column("period", sa.String(length=10), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until_event", sa.Integer(), nullable=False),
        sa.Column("items", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["mailing_list_key"], ["mailing_lists.id"], name=op.f("digests_mailing_list_key_lives")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("digests_pk")),
        sa.UniqueConstraint("mailing_list_key", "period", name=op.f("digests_mailing_list_key_period_once")),
    )
    op.create_table(
        "mail_domains",
        sa.Column("domain", sa.String(), nullable=False),
        sa.Column("organisation_key", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_key"], ["organisations.id"], name=op.f("mail_domains_organisation_key_lives")
        ),
        sa.PrimaryKeyConstraint("domain", name=op.f("mail_domains_pk")),
    )
    with op.batch_alter_table("mail_domains", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("mail_domains_organisation_key"), ["organisation_key"], unique=False)

    op.create_table(
        "people",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=True),
        sa.Column("organisation_key", sa.Integer(), nullable=True),
        sa.Column("is_guest", sa.Boolean(), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["organisation_key"], ["organisations.id"], name=op.f("people_organisation_key_lives")),
        sa.PrimaryKeyConstraint("id", name=op.f("people_pk")),
        sa.UniqueConstraint("email", name=op.f("people_email_once")),
    )
    with op.batch_alter_table("people", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("people_organisation_key"), ["organisation_key"], unique=False)

    op.create_table(
        "appointments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_key", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("mailing_list_key", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["mailing_list_key"], ["mailing_lists.id"], name=op.f("appointments_mailing_list_key_lives")
        ),
        sa.ForeignKeyConstraint(["person_key"], ["people.id"], name=op.f("appointments_person_key_lives")),
        sa.PrimaryKeyConstraint("id", name=op.f("appointments_pk")),
        sa.UniqueConstraint(
            "person_key", "role", "mailing_list_key", name=op.f("appointments_person_key_role_mailing_list_key_once")
        ),
    )
    with op.batch_alter_table("appointments", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("appointments_mailing_list_key"), ["mailing_list_key"], unique=False)

    op.create_table(
        "login_links",
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("person_key", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("spent_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_key"], ["people.id"], name=op.f("login_links_person_key_lives")),
        sa.PrimaryKeyConstraint("secret_hash", name=op.f("login_links_pk")),
    )
    with op.batch_alter_table("login_links", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("login_links_person_key"), ["person_key"], unique=False)

    op.create_table(
        "subscriptions",
        sa.Column("person_key", sa.Integer(), nullable=False),
        sa.Column("mailing_list_key", sa.Integer(), nullable=False),
        sa.Column("mode", sa.String(length=16), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["mailing_list_key"], ["mailing_lists.id"], name=op.f("subscriptions_mailing_list_key_lives")
        ),
        sa.ForeignKeyConstraint(["person_key"], ["people.id"], name=op.f("subscriptions_person_key_lives")),
        sa.PrimaryKeyConstraint("person_key", "mailing_list_key", name=op.f("subscriptions_pk")),
    )
    with op.batch_alter_table("subscriptions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("subscriptions_mailing_list_key"), ["mailing_list_key"], unique=False)

    op.create_table(
        "tickets",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mailing_list_key", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("visibility", sa.String(length=16), nullable=False),
        sa.Column("asker_key", sa.Integer(), nullable=False),
        sa.Column("assignee_key", sa.Integer(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reopened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pending_until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["asker_key"], ["people.id"], name=op.f("tickets_asker_key_lives")),
        sa.ForeignKeyConstraint(["assignee_key"], ["people.id"], name=op.f("tickets_assignee_key_lives")),
        sa.ForeignKeyConstraint(
            ["mailing_list_key"], ["mailing_lists.id"], name=op.f("tickets_mailing_list_key_lives")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("tickets_pk")),
        sa.UniqueConstraint("mailing_list_key", "number", name=op.f("tickets_mailing_list_key_number_once")),
    )
    with op.batch_alter_table("tickets", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("tickets_asker_key"), ["asker_key"], unique=False)
        batch_op.create_index(batch_op.f("tickets_assignee_key"), ["assignee_key"], unique=False)
        batch_op.create_index("tickets_by_status", ["mailing_list_key", "kind", "status", "changed_at"], unique=False)

    op.create_table(
        "web_sessions",
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("person_key", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_key"], ["people.id"], name=op.f("web_sessions_person_key_lives")),
        sa.PrimaryKeyConstraint("secret_hash", name=op.f("web_sessions_pk")),
    )
    with op.batch_alter_table("web_sessions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("web_sessions_person_key"), ["person_key"], unique=False)

    op.create_table(
        "aliases",
        sa.Column("mailing_list_key", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("ticket_key", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["mailing_list_key"], ["mailing_lists.id"], name=op.f("aliases_mailing_list_key_lives")
        ),
        sa.ForeignKeyConstraint(["ticket_key"], ["tickets.id"], name=op.f("aliases_ticket_key_lives")),
        sa.PrimaryKeyConstraint("mailing_list_key", "number", name=op.f("aliases_pk")),
    )
    with op.batch_alter_table("aliases", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("aliases_ticket_key"), ["ticket_key"], unique=False)

    op.create_table(
        "messages",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mailing_list_key", sa.Integer(), nullable=False),
        sa.Column("ticket_key", sa.Integer(), nullable=False),
        sa.Column("parent_key", sa.Integer(), nullable=True),
        sa.Column("author_key", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("own_id", sa.String(), nullable=False),
        sa.Column("path", sa.String(length=32), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("quoted", sa.Text(), nullable=False),
        sa.Column("body_digest", sa.String(length=64), nullable=False),
        sa.Column("defects", sa.JSON(), nullable=False),
        sa.Column("content_key", sa.String(length=64), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("filed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["author_key"], ["people.id"], name=op.f("messages_author_key_lives")),
        sa.ForeignKeyConstraint(["content_key"], ["contents.sha256"], name=op.f("messages_content_key_lives")),
        sa.ForeignKeyConstraint(
            ["mailing_list_key"], ["mailing_lists.id"], name=op.f("messages_mailing_list_key_lives")
        ),
        sa.ForeignKeyConstraint(["parent_key"], ["messages.id"], name=op.f("messages_parent_key_lives")),
        sa.ForeignKeyConstraint(["ticket_key"], ["tickets.id"], name=op.f("messages_ticket_key_lives")),
        sa.PrimaryKeyConstraint("id", name=op.f("messages_pk")),
        sa.UniqueConstraint("mailing_list_key", "message_id", name=op.f("messages_mailing_list_key_message_id_once")),
        sa.UniqueConstraint("own_id", name=op.f("messages_own_id_once")),
        sa.UniqueConstraint("path", name=op.f("messages_path_once")),
    )
    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("messages_author_key"), ["author_key"], unique=False)
        batch_op.create_index("messages_by_ticket", ["ticket_key", "id"], unique=False)
        batch_op.create_index(batch_op.f("messages_content_key"), ["content_key"], unique=False)

    op.create_table(
        "arrivals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("content_key", sa.String(length=64), nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("return_path", sa.String(), nullable=False),
        sa.Column("door", sa.String(length=8), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("lease", sa.String(), nullable=True),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("disposition", sa.String(length=16), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_vouched", sa.Boolean(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("message_key", sa.Integer(), nullable=True),
        sa.Column("traceback", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["content_key"], ["contents.sha256"], name=op.f("arrivals_content_key_lives")),
        sa.ForeignKeyConstraint(["message_key"], ["messages.id"], name=op.f("arrivals_message_key_lives")),
        sa.PrimaryKeyConstraint("id", name=op.f("arrivals_pk")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("arrivals", schema=None) as batch_op:
        batch_op.create_index("arrivals_by_disposition", ["disposition", "id"], unique=False)
        batch_op.create_index(batch_op.f("arrivals_content_key"), ["content_key"], unique=False)
        batch_op.create_index(batch_op.f("arrivals_message_key"), ["message_key"], unique=False)

    op.create_table(
        "attachments",
        sa.Column("message_key", sa.Integer(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["message_key"], ["messages.id"], name=op.f("attachments_message_key_lives")),
        sa.PrimaryKeyConstraint("message_key", "part", name=op.f("attachments_pk")),
    )
    op.create_table(
        "citations",
        sa.Column("message_key", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("mailing_list_key", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["mailing_list_key"], ["mailing_lists.id"], name=op.f("citations_mailing_list_key_lives")
        ),
        sa.ForeignKeyConstraint(["message_key"], ["messages.id"], name=op.f("citations_message_key_lives")),
        sa.PrimaryKeyConstraint("message_key", "position", name=op.f("citations_pk")),
    )
    with op.batch_alter_table("citations", schema=None) as batch_op:
        batch_op.create_index("citations_of", ["mailing_list_key", "message_id"], unique=False)

    op.create_table(
        "identifiers",
        sa.Column("mailing_list_key", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("ticket_key", sa.Integer(), nullable=False),
        sa.Column("message_key", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["mailing_list_key"], ["mailing_lists.id"], name=op.f("identifiers_mailing_list_key_lives")
        ),
        sa.ForeignKeyConstraint(["message_key"], ["messages.id"], name=op.f("identifiers_message_key_lives")),
        sa.ForeignKeyConstraint(["ticket_key"], ["tickets.id"], name=op.f("identifiers_ticket_key_lives")),
        sa.PrimaryKeyConstraint("mailing_list_key", "message_id", name=op.f("identifiers_pk")),
    )
    with op.batch_alter_table("identifiers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("identifiers_ticket_key"), ["ticket_key"], unique=False)

    op.create_table(
        "letters",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("mailing_list_key", sa.Integer(), nullable=True),
        sa.Column("ticket_key", sa.Integer(), nullable=True),
        sa.Column("message_key", sa.Integer(), nullable=True),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("octets", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["mailing_list_key"], ["mailing_lists.id"], name=op.f("letters_mailing_list_key_lives")
        ),
        sa.ForeignKeyConstraint(["message_key"], ["messages.id"], name=op.f("letters_message_key_lives")),
        sa.ForeignKeyConstraint(["ticket_key"], ["tickets.id"], name=op.f("letters_ticket_key_lives")),
        sa.PrimaryKeyConstraint("id", name=op.f("letters_pk")),
    )
    with op.batch_alter_table("letters", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("letters_message_id"), ["message_id"], unique=False)
        batch_op.create_index(batch_op.f("letters_ticket_key"), ["ticket_key"], unique=False)

    op.create_table(
        "deliveries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("letter_key", sa.Integer(), nullable=False),
        sa.Column("cause", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("person_key", sa.Integer(), nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("capacity", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("lease", sa.String(), nullable=True),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reply", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["letter_key"], ["letters.id"], name=op.f("deliveries_letter_key_lives")),
        sa.ForeignKeyConstraint(["person_key"], ["people.id"], name=op.f("deliveries_person_key_lives")),
        sa.PrimaryKeyConstraint("id", name=op.f("deliveries_pk")),
        sa.UniqueConstraint("cause", "kind", "person_key", name=op.f("deliveries_cause_kind_person_key_once")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("deliveries", schema=None) as batch_op:
        batch_op.create_index("deliveries_by_state", ["state", "next_attempt_at"], unique=False)
        batch_op.create_index(batch_op.f("deliveries_letter_key"), ["letter_key"], unique=False)
        batch_op.create_index("deliveries_to_person", ["person_key", "kind", "made_at"], unique=False)

    op.create_table(
        "bounces",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("delivery_key", sa.Integer(), nullable=False),
        sa.Column("person_key", sa.Integer(), nullable=False),
        sa.Column("is_permanent", sa.Boolean(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["delivery_key"], ["deliveries.id"], name=op.f("bounces_delivery_key_lives")),
        sa.ForeignKeyConstraint(["person_key"], ["people.id"], name=op.f("bounces_person_key_lives")),
        sa.PrimaryKeyConstraint("id", name=op.f("bounces_pk")),
    )
    with op.batch_alter_table("bounces", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("bounces_delivery_key"), ["delivery_key"], unique=False)
        batch_op.create_index(batch_op.f("bounces_person_key"), ["person_key"], unique=False)


def downgrade() -> None:
    raise NotImplementedError("A newer database is not taken back: restore the copy made before the upgrade")
