"""Write src/i18n/tables/<locale>.json: dates, numbers and relative time from CLDR.

Chromium has no Kazakh data: Intl.DateTimeFormat('kk') prints "1970 M01 1". Run with the
project's Python (Babel is locked there) after Babel was upgraded; commit the result.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from babel import Locale

LOCALES = ("en", "ru", "kk")
UNITS = ("second", "minute", "hour", "day", "week", "month", "year")
# English of the product is international: day before month, 24 hours.
CLDR_OF = {"en": "en_GB", "ru": "ru", "kk": "kk"}


def table(name: str) -> dict[str, Any]:
    """Everything the browser formats with, for one locale."""
    locale = Locale.parse(CLDR_OF[name])
    skeletons = locale.datetime_skeletons
    return {
        "months": names(locale.months["format"]["wide"], 12, start=1),
        "monthsShort": names(locale.months["format"]["abbreviated"], 12, start=1),
        "days": names(locale.days["format"]["wide"], 7),
        "daysShort": names(locale.days["format"]["abbreviated"], 7),
        "date": {
            "numeric": locale.date_formats["short"].pattern,
            "short": skeletons["MMMd"].pattern,
            "long": locale.date_formats["long"].pattern,
            "full": locale.date_formats["full"].pattern,
            "weekday": skeletons["MMMEd"].pattern,
        },
        "time": {"short": "HH:mm", "medium": "HH:mm:ss"},
        "decimal": locale.number_symbols["latn"]["decimal"],
        "group": locale.number_symbols["latn"]["group"],
        "minGroup": 4 if name == "en" else 5,
        "percent": locale.percent_formats[None].pattern,
        "relative": relative(locale),
    }


def names(table_: Any, count: int, start: int = 0) -> list[str]:
    """Months January first; days as CLDR counts them, Monday first."""
    return [str(table_[index]) for index in range(start, start + count)]


def relative(locale: Locale) -> dict[str, Any]:
    """Patterns with {0}, by unit, direction and plural category."""
    fields = locale._data["date_fields"]
    return {
        unit: {
            direction: dict(sorted(fields[unit][direction].items()))
            for direction in ("future", "past")
        }
        for unit in UNITS
    }


def main() -> None:
    folder = Path(__file__).parent.parent / "src" / "i18n" / "tables"
    folder.mkdir(parents=True, exist_ok=True)
    for name in LOCALES:
        text = json.dumps(table(name), ensure_ascii=False, indent=1)
        (folder / f"{name}.json").write_text(text + "\n", "utf-8")
    sys.stdout.write(f"wrote {len(LOCALES)} tables to {folder}\n")


if __name__ == "__main__":
    main()
