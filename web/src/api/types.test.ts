import { describe, expectTypeOf, it } from 'vitest';
import type { Command, CommandAck, Logged, Me, PollVote, SessionEvent, State } from './types.gen';

describe('the generated types', () => {
  it('tell commands and events apart by their type', () => {
    expectTypeOf<Extract<Command, { type: 'poll.vote' }>>().toEqualTypeOf<PollVote>();
    expectTypeOf<Extract<SessionEvent, { type: 'slide.shown' }>>().toHaveProperty('page');
  });

  it('let the browser leave out what has a default', () => {
    expectTypeOf<{ type: 'floor.take' }>().toExtend<Command>();
    expectTypeOf<{ type: 'floor.give' }>().not.toExtend<Command>();
  });

  it('promise every field of what the server sends', () => {
    expectTypeOf<State['slide']>().toEqualTypeOf<{ deck_id: string; page: number } | null>();
    expectTypeOf<Logged['by']>().toEqualTypeOf<string | null>();
    expectTypeOf<Me['person']>().not.toEqualTypeOf<undefined>();
    expectTypeOf<CommandAck>().toHaveProperty('ok').toEqualTypeOf<boolean>();
  });
});
