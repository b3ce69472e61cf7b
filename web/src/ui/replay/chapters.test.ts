import { describe, expect, it } from 'vitest';
import type { Logged, SessionEvent } from '../../api/types.gen';
import { chapterAt, findChapters, findPolls } from './chapters';

const at = (at_ms: number, event: SessionEvent): Logged => ({ seq: at_ms, at_ms, by: null, event });
const timeOf = (logged: Logged) => Math.max(0, logged.at_ms);
const slide = (atMs: number, page: number) =>
  at(atMs, { type: 'slide.shown', deck_id: 'dck_1', page });
const opened = (atMs: number) =>
  at(atMs, {
    type: 'source.opened',
    participant_id: 'par_1',
    source: 'screen',
    has_video: true,
    has_audio: false,
  });
const closed = (atMs: number) =>
  at(atMs, { type: 'source.closed', participant_id: 'par_1', source: 'screen' });

const pages = (events: Logged[]) =>
  findChapters(events, timeOf).map(({ atMs, slide: shown }) => [atMs, shown?.page ?? 'screen']);

describe('chapters', () => {
  it('begin with each slide', () => {
    expect(pages([slide(0, 1), slide(60_000, 2)])).toEqual([
      [0, 1],
      [60_000, 2],
    ]);
  });

  it('put slides chosen before the start at the start', () => {
    expect(pages([slide(-5_000, 3)])).toEqual([[0, 3]]);
  });

  it('leave out slides that were only leafed through', () => {
    expect(pages([slide(0, 1), slide(60_000, 2), slide(61_000, 3), slide(62_000, 4)])).toEqual([
      [0, 1],
      [60_000, 4],
    ]);
  });

  it('do not start anew when a slide comes back at once', () => {
    expect(pages([slide(0, 1), slide(60_000, 2), slide(61_000, 1)])).toEqual([[0, 1]]);
  });

  it('show a shared screen over the slides that move behind it', () => {
    const events = [slide(0, 1), opened(50_000), slide(70_000, 2), closed(90_000)];
    expect(pages(events)).toEqual([
      [0, 1],
      [50_000, 'screen'],
      [90_000, 2],
    ]);
  });

  it('are found by time', () => {
    const chapters = findChapters([slide(10_000, 1), slide(60_000, 2)], timeOf);
    expect([0, 10_000, 59_999, 70_000].map((time) => chapterAt(chapters, time))).toEqual([
      -1, 0, 0, 1,
    ]);
  });
});

describe('poll marks', () => {
  it('stand where voting began', () => {
    const event: SessionEvent = {
      type: 'poll.opened',
      poll_id: 'pol_1',
      question: 'Which report is due first?',
      kind: 'single',
      options: ['a', 'b'],
      is_anonymous: false,
      opened_at_ms: 30_000,
      closes_at_ms: null,
    };
    expect(findPolls([at(30_000, event)], timeOf)).toEqual([
      { atMs: 30_000, pollId: 'pol_1', question: 'Which report is due first?' },
    ]);
  });
});
