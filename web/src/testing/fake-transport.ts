import type { MakeTransport, Transport, TransportListener } from '../api/transport';
import type { ErrorBody, EventBatch, Hello, State, Welcome } from '../api/types.gen';

interface Question {
  name: string;
  body: unknown;
  answer: (value: unknown) => void;
  fail: () => void;
}

/** A server played by the test. */
export class FakeServer {
  hellos: Hello[] = [];
  questions: Question[] = [];
  isConnected = false;
  #listener: TransportListener | null = null;

  readonly makeTransport: MakeTransport = (listener): Transport => {
    this.#listener = listener;
    return {
      connect: (hello) => {
        this.hellos.push(structuredClone(hello));
      },
      disconnect: () => {
        this.isConnected = false;
        this.#failQuestions();
      },
      ask: (name, body) =>
        new Promise((answer, reject) => {
          const fail = () => reject(new Error('no ack'));
          this.questions.push({ name, body, answer, fail });
        }),
    };
  };

  /** Accept the connection and say welcome. */
  welcome(welcome: Partial<Welcome> = {}): void {
    this.isConnected = true;
    this.#listener?.onConnected();
    this.say('welcome', makeWelcome(welcome));
  }

  refuse(code: string): void {
    const error: ErrorBody = { code, message: code, args: {}, fields: [] };
    this.#listener?.onFailed(error);
  }

  fail(): void {
    this.#listener?.onFailed(null);
  }

  drop(): void {
    this.isConnected = false;
    this.#failQuestions();
    this.#listener?.onDropped();
  }

  events(batch: Partial<EventBatch> & { after: number; seq: number }): void {
    this.say('events', { events: [], roster: {}, ...batch });
  }

  say(name: string, body: unknown): void {
    this.#listener?.onMessage(name, body);
  }

  /** The oldest unanswered question of this name. */
  take(name: string): Question {
    const index = this.questions.findIndex((each) => each.name === name);
    const [question] = index === -1 ? [] : this.questions.splice(index, 1);
    if (!question) throw new Error(`nobody asked for ${name}`);
    return question;
  }

  asked(name: string): number {
    return this.questions.filter((each) => each.name === name).length;
  }

  #failQuestions(): void {
    for (const { fail } of this.questions) fail();
    this.questions = [];
  }
}

export function makeState(patch: Partial<State> = {}): State {
  return {
    session_id: 'ses_1',
    seminar_id: 'sem_1',
    status: 'live',
    started_at_ms: 1_000,
    ended_at_ms: null,
    participants: {},
    queue: [],
    floor: [],
    sources: [],
    decks: [],
    slide: null,
    chat: [],
    polls: {},
    chat_locked: false,
    hands_locked: false,
    media_epoch: 1,
    recording: 'recording',
    seq: 0,
    ...patch,
  };
}

export function makeWelcome(patch: Partial<Welcome> = {}): Welcome {
  const card = {
    seminar_id: 'sem_1',
    title: '67 functions',
    starts_at_ms: 0,
    duration_min: 90,
    time_zone: 'Asia/Almaty',
    trainer_name: 'Trainer',
    status: 'live' as const,
    session: null,
    my_role: 'participant' as const,
    may_edit: false,
    invited: 0,
  };
  const draft = {
    title: card.title,
    summary: '',
    starts_at_ms: 0,
    duration_min: 90,
    time_zone: card.time_zone,
    centre_ids: [],
    capacity: 1000,
  };
  return {
    participant_id: 'par_me',
    role: 'participant',
    seminar: { card, draft, decks: [], centres: [] },
    session_id: 'ses_1',
    snapshot: makeState({ seq: patch.seq ?? 10 }),
    missed: [],
    seq: 10,
    roster: {},
    server_time_ms: 5_000_000,
    ...patch,
  };
}
