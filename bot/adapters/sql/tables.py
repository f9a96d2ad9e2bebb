"""The tables. `migrations/` makes them, and a test compares the two."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import Enum as PythonEnum

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Enum,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    false,
    literal_column,
)

from bot.conversations import Author, Mode, Reason


class UtcDateTime(TypeDecorator[datetime]):
    """An aware time in UTC; SQLite, which has no such type, keeps it without its zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone is not stored")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def enum_of(of: type[PythonEnum]) -> Enum:
    """Return the type of a column that keeps the values of an enumeration as text."""
    return Enum(of, native_enum=False, length=32, values_callable=lambda e: [member.value for member in e])


Id = BigInteger().with_variant(Integer, "sqlite")
Name = String(64)
Choice = JSON(none_as_null=True)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# Who speaks

sites = Table(
    "sites",
    metadata,
    Column("id", Name, primary_key=True),
    Column("created", UtcDateTime, nullable=False),
)

customers = Table(
    "customers",
    metadata,
    Column("id", Id, primary_key=True),
    Column("site", ForeignKey("sites.id"), nullable=False, index=True),
    Column("created", UtcDateTime, nullable=False),
)

channel_identities = Table(
    "channel_identities",
    metadata,
    Column("id", Id, primary_key=True),
    Column("customer", ForeignKey("customers.id"), nullable=False, index=True),
    Column("channel", Name, nullable=False),
    Column("user", String(255), nullable=False),
    UniqueConstraint("channel", "user"),
)

signing_keys = Table(
    "signing_keys",
    metadata,
    Column("id", Name, primary_key=True),
    Column("secret", LargeBinary, nullable=False),
    Column("created", UtcDateTime, nullable=False),
)

visitor_sessions = Table(
    "visitor_sessions",
    metadata,
    Column("token_hash", Name, primary_key=True),
    Column("identity", ForeignKey("channel_identities.id"), nullable=False, index=True),
    Column("signing_key", ForeignKey("signing_keys.id"), nullable=False),
    Column("expires", UtcDateTime, nullable=False, index=True),
)

# What is said

conversations = Table(
    "conversations",
    metadata,
    Column("id", Name, primary_key=True),
    Column("identity", ForeignKey("channel_identities.id"), nullable=False, index=True),
    Column("address", String(255), nullable=False),
    Column("mode", enum_of(Mode), nullable=False),
    Column("language", String(8), nullable=False),
    Column("language_chosen", Boolean, nullable=False, default=False),
    Column("created", UtcDateTime, nullable=False),
    Column("last_sequence", Integer, nullable=False),
    Column("episode", Integer, nullable=False, default=0),
    Column("agent_id", Name, index=True),
    Column("agent_name", String(255)),
    Column("reason", enum_of(Reason)),
    Column("queued_at", UtcDateTime),
    Column("queued_sequence", Integer, nullable=False, default=0),
    Column("ticket", Name, index=True),
    Column("previous", ForeignKey("conversations.id"), unique=True),
    Column("lease_owner", Name),
    Column("lease_fence", Integer, nullable=False, default=0),
    Column("lease_expires", UtcDateTime),
)
# Conditions of partial indexes are written out, not bound: only then does SQLite see that an index fits a query.
is_waiting = conversations.c.mode == literal_column("'waiting'")
is_open = conversations.c.mode != literal_column("'closed'")
Index("ix_conversations_waiting", conversations.c.queued_at, sqlite_where=is_waiting, postgresql_where=is_waiting)
Index("uq_conversations_open", conversations.c.identity, unique=True, sqlite_where=is_open, postgresql_where=is_open)

messages = Table(
    "messages",
    metadata,
    Column("conversation", ForeignKey("conversations.id"), primary_key=True),
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("author", enum_of(Author), nullable=False),
    Column("text", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("language", String(8), nullable=False),
    Column("buttons", JSON, nullable=False),
    Column("agent", String(255)),
    Column("press", Choice),
    Column("identity", ForeignKey("channel_identities.id")),
    Column("message_id", String(255)),
    Column("handled", Boolean, nullable=False),
    UniqueConstraint("identity", "message_id"),
)
is_unhandled = messages.c.handled == false()
Index(
    "ix_messages_unhandled",
    messages.c.conversation,
    messages.c.sequence,
    sqlite_where=is_unhandled,
    postgresql_where=is_unhandled,
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Id, primary_key=True),
    Column("conversation", Name, nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("next_try", UtcDateTime, nullable=False),
    Column("claimed_until", UtcDateTime),
    Column("provider_id", String(255)),
    Column("delivered_at", UtcDateTime),
    Column("undeliverable", Boolean, nullable=False, default=False),
    ForeignKeyConstraint(["conversation", "sequence"], ["messages.conversation", "messages.sequence"]),
    UniqueConstraint("conversation", "sequence"),
)
is_pending = outbox.c.delivered_at.is_(None) & (outbox.c.undeliverable == false())
Index(
    "ix_outbox_pending", outbox.c.conversation, outbox.c.sequence, sqlite_where=is_pending, postgresql_where=is_pending
)

tickets = Table(
    "tickets",
    metadata,
    Column("number", Name, primary_key=True),
    Column("conversation", ForeignKey("conversations.id"), nullable=False, index=True),
    Column("opened", UtcDateTime, nullable=False),
    Column("solved", UtcDateTime),
    Column("solved_by", Name),
)
is_unsolved = tickets.c.solved.is_(None)
Index("ix_tickets_open", tickets.c.opened, sqlite_where=is_unsolved, postgresql_where=is_unsolved)

unanswered_questions = Table(
    "unanswered_questions",
    metadata,
    Column("turn", Name, primary_key=True),
    Column("conversation", Name, nullable=False, index=True),
    Column("text", Text, nullable=False),
    Column("language", String(8), nullable=False),
    Column("at", UtcDateTime, nullable=False, index=True),
)

# Who answers, and who guesses

agents = Table(
    "agents",
    metadata,
    Column("id", Name, primary_key=True),
    Column("email", String(255), nullable=False, unique=True),
    Column("name", String(255), nullable=False),
    Column("password_hash", String(255), nullable=False),
)

agent_sessions = Table(
    "agent_sessions",
    metadata,
    Column("token_hash", Name, primary_key=True),
    Column("agent", ForeignKey("agents.id"), nullable=False, index=True),
    Column("expires", UtcDateTime, nullable=False),
)

attempts = Table(
    "attempts",
    metadata,
    Column("key", String(512), primary_key=True),
    Column("turn", Name, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
)
