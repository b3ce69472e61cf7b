/** Who is on stage now, in the order they are shown: the floor first, then the trainer. */
import type { RoomMedia } from '../../media/room-media.svelte';
import type { HeightWatcher } from '../../media/watch-height';
import type { Room } from '../../state/room.svelte';
import type { Centre, OpenSource, RosterEntry, State } from '../../api/types.gen';
import { describePerson, type PersonView, personLine } from './people';

export interface SpeakerView {
  /** Video slot, which keeps the tile mounted while its content changes. */
  key: string;
  participantId: string;
  name: string;
  line: string;
  stream: MediaStream | null;
  /** For the element that shows the stream. */
  watchHeight?: HeightWatcher | undefined;
  hasVideo: boolean;
  /** What is seen is the last picture before the line or the server had room for no more. */
  isPaused: boolean;
  isSpeaking: boolean;
  isMuted: boolean;
}

interface Inputs {
  state: State;
  roster: Record<string, RosterEntry>;
  centres: readonly Centre[];
  /** Slot to participant, from the server. */
  slots: Record<string, string | null>;
  /** Slot to what is received in it. */
  streams: Record<string, MediaStream | null>;
  watcherOf?: ((slot: string) => HeightWatcher) | undefined;
  isPaused?: ((slot: string) => boolean) | undefined;
  speaking: readonly string[];
  unknownName: string;
}

function cameraOf(state: State, participantId: string): OpenSource | undefined {
  return state.sources.find(
    (each) => each.participant_id === participantId && each.source === 'camera',
  );
}

export function listSpeakers(inputs: Inputs): SpeakerView[] {
  const { state, slots } = inputs;
  const onFloor = state.floor.map((speech) => [speech.slot, speech.participant_id] as const);
  const presenterId =
    slots['presenter'] ??
    state.sources.find(
      (each) =>
        each.source === 'camera' &&
        !state.floor.some((speech) => speech.participant_id === each.participant_id),
    )?.participant_id;
  const onStage: (readonly [string, string])[] = [...onFloor];
  if (presenterId) onStage.push(['presenter', presenterId]);
  return onStage.map(([slot, participantId]) => describe(slot, participantId, inputs));
}

function describe(slot: string, participantId: string, inputs: Inputs): SpeakerView {
  const { state, roster, centres, streams, watcherOf, isPaused, speaking, unknownName } = inputs;
  const person = describePerson(participantId, roster, centres, unknownName);
  const camera = cameraOf(state, participantId);
  return {
    key: slot,
    participantId,
    name: person.name,
    line: personLine(person),
    stream: streams[slot] ?? null,
    watchHeight: watcherOf?.(slot),
    hasVideo: camera?.has_video ?? false,
    isPaused: isPaused?.(slot) ?? false,
    isSpeaking: speaking.includes(participantId),
    isMuted: (state.participants[participantId]?.is_muted ?? false) || camera?.has_audio === false,
  };
}

/** The stage of a live room. */
export function liveSpeakers(room: Room, media: RoomMedia, unknownName: string): SpeakerView[] {
  const { state, roster, seminar, slots } = room;
  if (!state) return [];
  return listSpeakers({
    state,
    roster,
    centres: seminar?.centres ?? [],
    slots: slots?.video ?? {},
    streams: media.reception.streams,
    watcherOf: (slot) => media.reception.shows(slot),
    isPaused: (slot) => isPaused(room, media, slot),
    speaking: slots?.speaking ?? [],
    unknownName,
  });
}

interface Pausing {
  reception: Pick<RoomMedia['reception'], 'shortfall' | 'rung' | 'isUp' | 'moving'>;
}

/** Whether a picture stands still and it was said why. */
export function isPaused(room: Pick<Room, 'keptBack'>, media: Pausing, slot: string): boolean {
  const { reception } = media;
  const isSaid = room.keptBack === 'paused' || reception.shortfall === 'paused';
  return isSaid && reception.rung === 'webrtc' && reception.isUp && !reception.moving.has(slot);
}

export function asPerson({ name, line }: SpeakerView): PersonView {
  return { name, post: line, hall: '' };
}
