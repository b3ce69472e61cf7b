"""WHIP (RFC 9725) and WHEP (draft-ietf-wish-whep) of the load generator."""

from __future__ import annotations

from dataclasses import dataclass

import aiohttp
from yarl import URL

from benchmarks.fanout.light_peer import LightPeer


class RefusedError(Exception):
    """The server answered something else than 201."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An address that takes offers, and the bearer key for it."""

    url: str
    key: str

    async def open(self, http: aiohttp.ClientSession, peer: LightPeer) -> str:
        """Exchange SDP; return the address of the session. Raise RefusedError."""
        headers = self._headers() | {"Content-Type": "application/sdp"}
        async with http.post(
            self.url, data=peer.make_offer(), headers=headers
        ) as response:
            text = await response.text()
            if response.status != 201:
                raise RefusedError(f"{response.status}: {text[:200]}")
            peer.take_answer(text)
            return str(response.url.join(URL(response.headers["Location"])))

    async def close(self, http: aiohttp.ClientSession, location: str) -> None:
        async with http.delete(location, headers=self._headers()) as response:
            await response.read()

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}"} if self.key else {}
