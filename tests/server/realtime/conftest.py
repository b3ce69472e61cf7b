from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.fakes.academy import Hall, open_hall
from tests.fakes.socket_stack import SocketStack, open_stack


@pytest.fixture
async def hall(tmp_path: Path) -> AsyncIterator[Hall]:
    async with open_hall(tmp_path) as hall:
        yield hall


@pytest.fixture
async def stack(hall: Hall) -> AsyncIterator[SocketStack]:
    async with open_stack(hall) as stack:
        yield stack
