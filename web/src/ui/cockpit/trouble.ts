/** What goes wrong in a live session, found from its state: shown to the trainer unasked. */
import type { Lines, State } from '../../api/types.gen';
import type { Phase } from '../../api/connection';
import { isAlarming, troubledCount } from './lines';

export type TroubleKind =
  | 'server'
  | 'restart'
  | 'publish'
  | 'publish-failed'
  | 'recording'
  | 'disk-low'
  | 'disk-full'
  | 'waiting'
  | 'speaker'
  | 'uplink'
  | 'speaker-line'
  | 'lines';

export interface Trouble {
  key: string;
  kind: TroubleKind;
  tone: 'warn' | 'bad';
  /** Whose trouble, where it is one person's. */
  participantId?: string;
  /** How many are in it, and of how many, where it is many people's. */
  count?: number;
  following?: number;
}

interface Inputs {
  session: State;
  phase: Phase;
  nowMs: number;
  /** Unix ms of the newest restart of the media worker; null when there was none. */
  restartedAtMs: number | null;
  publish: 'off' | 'fine' | 'lost' | 'failed';
  lines: Lines | null;
  myId: string;
}

const RESTART_SHOWN_MS = 8_000;
/** Time to allow camera and microphone before the trainer is told. */
const SPEAKER_PATIENCE_MS = 30_000;

const RECORDING: Partial<Record<State['recording'], Trouble>> = {
  failed: { key: 'recording', kind: 'recording', tone: 'bad' },
  disk_full: { key: 'disk-full', kind: 'disk-full', tone: 'bad' },
  disk_low: { key: 'disk-low', kind: 'disk-low', tone: 'warn' },
  waiting: { key: 'waiting', kind: 'waiting', tone: 'warn' },
};

export function listTroubles(inputs: Inputs): Trouble[] {
  const { session, phase, nowMs, restartedAtMs, publish } = inputs;
  const troubles: Trouble[] = [];
  if (phase === 'reconnecting') troubles.push({ key: 'server', kind: 'server', tone: 'bad' });
  if (restartedAtMs !== null && nowMs - restartedAtMs < RESTART_SHOWN_MS) {
    troubles.push({ key: 'restart', kind: 'restart', tone: 'warn' });
  }
  if (publish === 'failed') {
    troubles.push({ key: 'publish', kind: 'publish-failed', tone: 'bad' });
  } else if (publish === 'lost') {
    troubles.push({ key: 'publish', kind: 'publish', tone: 'bad' });
  }
  const recording = RECORDING[session.recording];
  if (recording && session.status === 'live') troubles.push(recording);
  troubles.push(...lateSpeakers(session, nowMs));
  return inputs.lines ? [...troubles, ...lineTroubles(inputs.lines, inputs.myId)] : troubles;
}

function lateSpeakers(session: State, nowMs: number): Trouble[] {
  return session.floor
    .filter(
      (speech) =>
        nowMs - speech.given_at_ms > SPEAKER_PATIENCE_MS &&
        !session.sources.some((source) => source.participant_id === speech.participant_id),
    )
    .map((speech) => ({
      key: `speaker ${speech.participant_id}`,
      kind: 'speaker',
      tone: 'warn',
      participantId: speech.participant_id,
    }));
}

/** What is sent badly is everybody's trouble; what some receive badly only when many do. */
function lineTroubles(lines: Lines, myId: string): Trouble[] {
  const troubles: Trouble[] = lines.uplinks.map(({ participant_id, standing }) => ({
    key: `uplink ${participant_id}`,
    kind: participant_id === myId ? 'uplink' : 'speaker-line',
    tone: standing === 'bad' ? 'bad' : 'warn',
    participantId: participant_id,
  }));
  if (isAlarming(lines)) {
    const count = troubledCount(lines);
    const { following } = lines;
    troubles.push({ key: 'lines', kind: 'lines', tone: 'warn', count, following });
  }
  return troubles;
}
