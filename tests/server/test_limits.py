from __future__ import annotations

import pytest

from server.errors import TooManyTriesError
from server.limits import Crowd


def test_a_crowd_takes_so_many_of_one_address_and_others_besides() -> None:
    crowd = Crowd(2)
    crowd.enter("hall")
    crowd.enter("hall")
    with pytest.raises(TooManyTriesError):
        crowd.enter("hall")
    crowd.enter("other")
    crowd.leave("hall")
    with crowd.inside("hall"), pytest.raises(TooManyTriesError):
        crowd.enter("hall")
    crowd.enter("hall")


def test_nothing_is_kept_of_who_left() -> None:
    crowd = Crowd(1)
    for address in range(3):
        with crowd.inside(str(address)):
            pass
    assert not crowd._inside
