"""Conversations, their messages, and the people who speak in them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# SQLite numbers rows by itself only where the key is its own kind of integer.
Id = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "agents",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("email", sa.String(length=255), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("password_hash", sa.String(length=255), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agents")),
        sa.UniqueConstraint("email", name=op.f("uq_agents_email")),
    )
    op.create_table(
        "attempts",
        sa.Column("key", sa.String(length=512), nullable=False),
        sa.Column("turn", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", "turn", name=op.f("pk_attempts")),
    )
    op.create_table(
        "signing_keys",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signing_keys")),
    )
    op.create_table(
        "sites",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sites")),
    )
    op.create_table(
        "unanswered_questions",
        sa.Column("turn", sa.String(length=64), nullable=False),
        sa.Column("conversation", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("turn", name=op.f("pk_unanswered_questions")),
    )
    op.create_index(op.f("ix_unanswered_questions_at"), "unanswered_questions", ["at"], unique=False)
    op.create_index(
        op.f("ix_unanswered_questions_conversation"), "unanswered_questions", ["conversation"], unique=False
    )
    op.create_table(
        "agent_sessions",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("agent", sa.String(length=64), nullable=False),
        sa.Column("expires", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["agent"], ["agents.id"], name=op.f("fk_agent_sessions_agent")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_agent_sessions")),
    )
    op.create_index(op.f("ix_agent_sessions_agent"), "agent_sessions", ["agent"], unique=False)
    op.create_table(
        "customers",
        sa.Column("id", Id, nullable=False),
        sa.Column("site", sa.String(length=64), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["site"], ["sites.id"], name=op.f("fk_customers_site")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customers")),
    )
    op.create_index(op.f("ix_customers_site"), "customers", ["site"], unique=False)
    op.create_table(
        "channel_identities",
        sa.Column("id", Id, nullable=False),
        sa.Column("customer", Id, nullable=False),
        sa.Column("channel", sa.String(length=64), nullable=False),
        sa.Column("user", sa.String(length=255), nullable=False),
        sa.ForeignKeyConstraint(["customer"], ["customers.id"], name=op.f("fk_channel_identities_customer")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channel_identities")),
        sa.UniqueConstraint("channel", "user", name=op.f("uq_channel_identities_channel_user")),
    )
    op.create_index(op.f("ix_channel_identities_customer"), "channel_identities", ["customer"], unique=False)
    op.create_table(
        "conversations",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("identity", Id, nullable=False),
        sa.Column("address", sa.String(length=255), nullable=False),
        sa.Column("mode", sa.String(32), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("language_chosen", sa.Boolean(), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_sequence", sa.Integer(), nullable=False),
        sa.Column("episode", sa.Integer(), nullable=False),
        sa.Column("agent_id", sa.String(length=64), nullable=True),
        sa.Column("agent_name", sa.String(length=255), nullable=True),
        sa.Column("reason", sa.String(32), nullable=True),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("queued_sequence", sa.Integer(), nullable=False),
        sa.Column("ticket", sa.String(length=64), nullable=True),
        sa.Column("previous", sa.String(length=64), nullable=True),
        sa.Column("lease_owner", sa.String(length=64), nullable=True),
        sa.Column("lease_fence", sa.Integer(), nullable=False),
        sa.Column("lease_expires", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["identity"], ["channel_identities.id"], name=op.f("fk_conversations_identity")),
        sa.ForeignKeyConstraint(["previous"], ["conversations.id"], name=op.f("fk_conversations_previous")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversations")),
        sa.UniqueConstraint("previous", name=op.f("uq_conversations_previous")),
    )
    op.create_index(op.f("ix_conversations_agent_id"), "conversations", ["agent_id"], unique=False)
    op.create_index(op.f("ix_conversations_identity"), "conversations", ["identity"], unique=False)
    op.create_index(op.f("ix_conversations_ticket"), "conversations", ["ticket"], unique=False)
    op.create_index(
        "ix_conversations_waiting",
        "conversations",
        ["queued_at"],
        unique=False,
        sqlite_where=sa.text("mode = 'waiting'"),
        postgresql_where=sa.text("mode = 'waiting'"),
    )
    op.create_index(
        "uq_conversations_open",
        "conversations",
        ["identity"],
        unique=True,
        sqlite_where=sa.text("mode != 'closed'"),
        postgresql_where=sa.text("mode != 'closed'"),
    )
    op.create_table(
        "visitor_sessions",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("identity", Id, nullable=False),
        sa.Column("signing_key", sa.String(length=64), nullable=False),
        sa.Column("expires", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["identity"], ["channel_identities.id"], name=op.f("fk_visitor_sessions_identity")),
        sa.ForeignKeyConstraint(["signing_key"], ["signing_keys.id"], name=op.f("fk_visitor_sessions_signing_key")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_visitor_sessions")),
    )
    op.create_index(op.f("ix_visitor_sessions_expires"), "visitor_sessions", ["expires"], unique=False)
    op.create_index(op.f("ix_visitor_sessions_identity"), "visitor_sessions", ["identity"], unique=False)
    op.create_table(
        "messages",
        sa.Column("conversation", sa.String(length=64), nullable=False),
        sa.Column("sequence", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("author", sa.String(32), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("buttons", sa.JSON(), nullable=False),
        sa.Column("agent", sa.String(length=255), nullable=True),
        sa.Column("press", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("identity", Id, nullable=True),
        sa.Column("message_id", sa.String(length=255), nullable=True),
        sa.Column("handled", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["conversation"], ["conversations.id"], name=op.f("fk_messages_conversation")),
        sa.ForeignKeyConstraint(["identity"], ["channel_identities.id"], name=op.f("fk_messages_identity")),
        sa.PrimaryKeyConstraint("conversation", "sequence", name=op.f("pk_messages")),
        sa.UniqueConstraint("identity", "message_id", name=op.f("uq_messages_identity_message_id")),
    )
    op.create_index(
        "ix_messages_unhandled",
        "messages",
        ["conversation", "sequence"],
        unique=False,
        sqlite_where=sa.text("handled = 0"),
        postgresql_where=sa.text("handled = false"),
    )
    op.create_table(
        "tickets",
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("conversation", sa.String(length=64), nullable=False),
        sa.Column("opened", sa.DateTime(timezone=True), nullable=False),
        sa.Column("solved", sa.DateTime(timezone=True), nullable=True),
        sa.Column("solved_by", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["conversation"], ["conversations.id"], name=op.f("fk_tickets_conversation")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_tickets")),
    )
    op.create_index(op.f("ix_tickets_conversation"), "tickets", ["conversation"], unique=False)
    op.create_index(
        "ix_tickets_open",
        "tickets",
        ["opened"],
        unique=False,
        sqlite_where=sa.text("solved IS NULL"),
        postgresql_where=sa.text("solved IS NULL"),
    )
    op.create_table(
        "outbox",
        sa.Column("id", Id, nullable=False),
        sa.Column("conversation", sa.String(length=64), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_try", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("provider_id", sa.String(length=255), nullable=True),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undeliverable", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation", "sequence"],
            ["messages.conversation", "messages.sequence"],
            name=op.f("fk_outbox_conversation_sequence"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("conversation", "sequence", name=op.f("uq_outbox_conversation_sequence")),
    )
    op.create_index(
        "ix_outbox_pending",
        "outbox",
        ["conversation", "sequence"],
        unique=False,
        sqlite_where=sa.text("delivered_at IS NULL AND undeliverable = 0"),
        postgresql_where=sa.text("delivered_at IS NULL AND undeliverable = false"),
    )


def downgrade() -> None:
    op.drop_table("outbox")
    op.drop_table("tickets")
    op.drop_table("messages")
    op.drop_table("visitor_sessions")
    op.drop_table("conversations")
    op.drop_table("channel_identities")
    op.drop_table("customers")
    op.drop_table("agent_sessions")
    op.drop_table("unanswered_questions")
    op.drop_table("sites")
    op.drop_table("signing_keys")
    op.drop_table("attempts")
    op.drop_table("agents")
