"""The growth series and the table of promises keep working at toy size."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

from benchmarks.fanout.compare import compare
from benchmarks.fanout.load import Layout
from benchmarks.growth import run, write
from benchmarks.required import Line, fanout_lines


async def test_growth_writes_a_table_and_a_chart(tmp_path: Path) -> None:
    measured = await run({"viewers": ("One programme", (Layout(2),))}, 0.5, 0.1)
    write(measured, tmp_path, "a test")
    lines = (tmp_path / "growth.csv").read_text().splitlines()
    assert lines[0] == "# a test"
    assert lines[1].startswith("series,viewers,")
    assert lines[2].startswith("viewers,2,1,1,")
    chart = ElementTree.fromstring((tmp_path / "growth.svg").read_text())
    assert len(chart.findall(".//{*}circle")) == 1


async def test_a_comparison_without_peers_has_no_ratios_to_them() -> None:
    async for comparison in compare([2], 0.5, [], settle_s=0.1):
        lines = fanout_lines(comparison)
        assert lines == [], "2 viewers are nobody's promise"
        comparison.subscribers = 300
        text = "\n".join(map(str, fanout_lines(comparison)))
        assert "of Janus | 0.2 | | not measured" in text
        assert "delay p99 at 300, audio" in text


def test_a_line_says_how_much_is_lacking() -> None:
    assert str(Line("cost", 4, 3.9, "us")) == "| cost | 4 us | 3.90 us | met |"
    assert str(Line("cost", 4, 4.5)) == "| cost | 4 | 4.50 | short by 0.50 |"
