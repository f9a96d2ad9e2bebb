"""Who is speaking on the website: an anonymous visitor, known by a token that we signed and the browser keeps."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.ports import KeyStore

TOKEN_LASTS = timedelta(days=180)
_RENEWED_AFTER = TOKEN_LASTS / 2


@dataclass(frozen=True)
class Visitors:
    """Issues visitor tokens `visitor.issued.key_id.signature` and recognises them."""

    keys: KeyStore
    now: Callable[[], datetime]

    async def recognise(self, token: str | None) -> tuple[str, str]:
        """Return the visitor, and the token that the browser is to keep from now on.

        A missing, forged or expired token makes a new visitor. One that is past half of its life, or that is not
        signed with the newest key, is renewed.
        """
        known = await self._read(token) if token else None
        if known is None:
            visitor = secrets.token_hex(16)
            return visitor, await self._issue(visitor)
        visitor, renew = known
        return visitor, await self._issue(visitor) if renew else token or ""

    async def _issue(self, visitor: str) -> str:
        key_id, secret = await self.keys.current()
        signed = f"{visitor}.{int(self.now().timestamp())}.{key_id}"
        return f"{signed}.{_signature(signed, secret)}"

    async def _read(self, token: str) -> tuple[str, bool] | None:
        """Return the visitor and whether to renew the token; None unless we signed it and it has not expired."""
        signed, _, signature = token.rpartition(".")
        visitor, _, rest = signed.partition(".")
        issued, _, key_id = rest.partition(".")
        secret = await self.keys.secret(key_id) if key_id else None
        if secret is None or not hmac.compare_digest(_signature(signed, secret).encode(), signature.encode()):
            return None
        age = timedelta(seconds=self.now().timestamp() - int(issued))
        newest, _ = await self.keys.current()
        return (visitor, age > _RENEWED_AFTER or key_id != newest) if age < TOKEN_LASTS else None


def _signature(signed: str, secret: bytes) -> str:
    # The prefix keeps a signature that another part of the product makes with the same key from being a visitor's.
    return hmac.new(secret, f"web-visitor:{signed}".encode(), hashlib.sha256).hexdigest()
