// Made by `make types` from server/domain and server/http/wire.py. Never edit.

export type Role =
  | "trainer"
  | "coordinator"
  | "participant";

export type Status =
  | "planned"
  | "green_room"
  | "live"
  | "ended";

export type Source =
  | "camera"
  | "screen";

export type SessionEvent =
  | SessionOpened
  | SessionWentLive
  | SessionEnded
  | ParticipantJoined
  | ParticipantLeft
  | ParticipantRemoved
  | ParticipantMuted
  | HandRaised
  | HandLowered
  | QueueMoved
  | FloorGiven
  | FloorTaken
  | SourceOpened
  | SourceClosed
  | DeckAdded
  | SlideShown
  | ChatPosted
  | ChatHidden
  | PollCreated
  | PollOpened
  | BallotCast
  | PollClosed
  | PollCounted
  | PollReleased
  | LocksChanged
  | MediaRestarted
  | RecordingChanged;

export type Command =
  | SessionOpen
  | SessionGoLive
  | SessionEnd
  | HandRaise
  | HandLower
  | QueueMove
  | FloorGive
  | FloorTake
  | SlideShow
  | ChatPost
  | ChatHide
  | PollCreate
  | PollOpen
  | PollVote
  | PollClose
  | PollRelease
  | LocksSet
  | ParticipantMute
  | ParticipantRemove;

export type Locale =
  | "en"
  | "ru"
  | "kk";

export type AccountRole =
  | "administrator"
  | "trainer"
  | "coordinator"
  | "participant";

export interface SessionOpened {
  type: "session.opened";
}

export interface SessionWentLive {
  type: "session.went_live";
  started_at_ms: number;
}

export interface SessionEnded {
  type: "session.ended";
  ended_at_ms: number;
}

/** A person's first connection, or their first after all had gone. */
export interface ParticipantJoined {
  type: "participant.joined";
  participant_id: string;
  person_id: string;
  role: Role;
  centre_id: string | null;
}

/** The last connection of a person ended (noticed within 15 s). */
export interface ParticipantLeft {
  type: "participant.left";
  participant_id: string;
  left_at_ms: number;
}

export interface ParticipantRemoved {
  type: "participant.removed";
  participant_id: string;
}

export interface ParticipantMuted {
  type: "participant.muted";
  participant_id: string;
  muted: boolean;
}

export interface HandRaised {
  type: "hand.raised";
  participant_id: string;
}

export interface HandLowered {
  type: "hand.lowered";
  participant_id: string;
}

export interface QueueMoved {
  type: "queue.moved";
  participant_id: string;
  position: number;
}

/** The participant leaves the queue, gets a slot and may publish. */
export interface FloorGiven {
  type: "floor.given";
  participant_id: string;
  slot: "floor-1" | "floor-2";
  limit_s: number;
  given_at_ms: number;
}

export interface FloorTaken {
  type: "floor.taken";
  participant_id: string;
  taken_at_ms: number;
}

/** A participant's camera (with microphone) or screen began to flow. */
export interface SourceOpened {
  type: "source.opened";
  participant_id: string;
  source: Source;
  has_video: boolean;
  has_audio: boolean;
}

export interface SourceClosed {
  type: "source.closed";
  participant_id: string;
  source: Source;
}

export interface DeckAdded {
  type: "deck.added";
  deck_id: string;
  title: string;
  pages: number;
}

export interface SlideShown {
  type: "slide.shown";
  deck_id: string;
  page: number;
}

/** `text` is personal: stored beside the event, gone after erasure (then empty). */
export interface ChatPosted {
  type: "chat.posted";
  message_id: string;
  participant_id: string;
  text: string;
}

export interface ChatHidden {
  type: "chat.hidden";
  message_id: string;
}

export interface PollCreated {
  type: "poll.created";
  poll_id: string;
  question: string;
  kind: "single" | "multiple";
  options: string[];
  is_anonymous: boolean;
  limit_s: number | null;
}

/** Carries the whole poll, since participants did not see it being made. */
export interface PollOpened {
  type: "poll.opened";
  poll_id: string;
  question: string;
  kind: "single" | "multiple";
  options: string[];
  is_anonymous: boolean;
  opened_at_ms: number;
  closes_at_ms: number | null;
}

/** A vote. `choices` is empty in an anonymous poll: only that they voted is kept. */
export interface BallotCast {
  type: "ballot.cast";
  poll_id: string;
  participant_id: string;
  choices: number[];
}

/** Voting ended; the result comes as `poll.counted` and `poll.released`. */
export interface PollClosed {
  type: "poll.closed";
  poll_id: string;
  closed_at_ms: number;
}

/** The final result: votes per option, and how many people voted. */
export interface PollCounted {
  type: "poll.counted";
  poll_id: string;
  counts: number[];
  voters: number;
}

export interface PollReleased {
  type: "poll.released";
  poll_id: string;
  counts: number[];
  voters: number;
}

export interface LocksChanged {
  type: "locks.changed";
  chat: boolean;
  hands: boolean;
}

/** Media moved to a new worker: publish and receive again, with jitter 0-300 ms. */
export interface MediaRestarted {
  type: "media.restarted";
  media_epoch: number;
}

export interface RecordingChanged {
  type: "recording.changed";
  health: "off" | "recording" | "waiting" | "disk_low" | "disk_full" | "failed" | "ready";
}

/** An event in its place: what is broadcast, stored and replayed. */
export interface Logged {
  seq: number;
  at_ms: number;
  by: string | null;
  event: SessionEvent;
}

export interface Participant {
  participant_id: string;
  person_id: string;
  role: Role;
  centre_id: string | null;
  is_present: boolean;
  joined_at_ms: number;
  left_at_ms: number | null;
  is_muted: boolean;
  is_removed: boolean;
  speeches: number;
}

/** Somebody who has the floor now. */
export interface Speech {
  participant_id: string;
  slot: "floor-1" | "floor-2";
  limit_s: number;
  given_at_ms: number;
}

export interface OpenSource {
  participant_id: string;
  source: Source;
  has_video: boolean;
  has_audio: boolean;
}

export interface Deck {
  deck_id: string;
  title: string;
  pages: number;
}

export interface Slide {
  deck_id: string;
  page: number;
}

export interface Message {
  message_id: string;
  participant_id: string;
  text: string;
  at_ms: number;
  is_hidden: boolean;
}

export interface Poll {
  poll_id: string;
  question: string;
  kind: "single" | "multiple";
  options: string[];
  is_anonymous: boolean;
  limit_s: number | null;
  status: "draft" | "open" | "closed";
  opened_at_ms: number | null;
  closes_at_ms: number | null;
  ballots: Record<string, number[]>;
  counts: number[] | null;
  voters: number;
  is_released: boolean;
}

export interface State {
  session_id: string;
  seminar_id: string;
  status: Status;
  started_at_ms: number | null;
  ended_at_ms: number | null;
  participants: Record<string, Participant>;
  queue: string[];
  floor: Speech[];
  sources: OpenSource[];
  decks: Deck[];
  slide: Slide | null;
  chat: Message[];
  polls: Record<string, Poll>;
  chat_locked: boolean;
  hands_locked: boolean;
  media_epoch: number;
  recording: "off" | "recording" | "waiting" | "disk_low" | "disk_full" | "failed" | "ready";
  seq: number;
}

/** Open the green room: trainers meet, nobody else sees them. */
export interface SessionOpen {
  type: "session.open";
}

export interface SessionGoLive {
  type: "session.go_live";
}

export interface SessionEnd {
  type: "session.end";
}

export interface HandRaise {
  type: "hand.raise";
}

/** Lower one's own hand, or (staff) take somebody off the queue. */
export interface HandLower {
  type: "hand.lower";
  participant_id?: string | null;
}

export interface QueueMove {
  type: "queue.move";
  participant_id: string;
  position: number;
}

/** Let a participant speak: they may publish and are put on air. */
export interface FloorGive {
  type: "floor.give";
  participant_id: string;
  limit_s?: number;
}

/** End a speech: the staff for anyone, a speaker for themself (no id). */
export interface FloorTake {
  type: "floor.take";
  participant_id?: string | null;
}

export interface SlideShow {
  type: "slide.show";
  deck_id: string;
  page: number;
}

export interface ChatPost {
  type: "chat.post";
  text: string;
}

export interface ChatHide {
  type: "chat.hide";
  message_id: string;
}

export interface PollCreate {
  type: "poll.create";
  question: string;
  kind: "single" | "multiple";
  options: string[];
  is_anonymous?: boolean;
  limit_s?: number | null;
  open_now?: boolean;
}

export interface PollOpen {
  type: "poll.open";
  poll_id: string;
}

export interface PollVote {
  type: "poll.vote";
  poll_id: string;
  choices: number[];
}

export interface PollClose {
  type: "poll.close";
  poll_id: string;
}

/** Show the results to everyone. */
export interface PollRelease {
  type: "poll.release";
  poll_id: string;
}

/** What participants may not do; enforced here, not on the screen. */
export interface LocksSet {
  type: "locks.set";
  chat: boolean;
  hands: boolean;
}

/** Stop forwarding a participant's microphone; `muted=False` allows it again. */
export interface ParticipantMute {
  type: "participant.mute";
  participant_id: string;
  muted: boolean;
}

/** Remove a person from this session; they can't come back to it. */
export interface ParticipantRemove {
  type: "participant.remove";
  participant_id: string;
}

export interface FieldError {
  field: string;
  code: string;
  message: string;
}

export interface ErrorBody {
  code: string;
  message: string;
  args: Record<string, string | number>;
  fields: FieldError[];
}

export interface LoginRequest {
  email: string;
  password: string;
}

export interface DemoLoginRequest {
  role: AccountRole;
}

export interface Person {
  person_id: string;
  name: string;
  post: string;
  centre_id: string | null;
  role: AccountRole;
  locale: Locale;
}

/** Answer of `GET /api/me`; `person` is null before login. */
export interface Me {
  person: Person | null;
  is_demo: boolean;
  academy: string;
  server_time_ms: number;
}

/** Answer of `GET /api/ice-servers`: relays, for who can't reach the media port. */
export interface IceServers {
  urls: string[];
  username: string;
  credential: string;
  ttl_s: number;
}

export interface LocaleRequest {
  locale: Locale;
}

export interface Centre {
  centre_id: string;
  name: string;
  region: string;
}

/** Slides. While `status` is `rendering`, ask again each second. */
export interface DeckInfo {
  deck_id: string;
  title: string;
  pages: number;
  status: "rendering" | "ready" | "failed";
  error: string | null;
}

/** Text layer, one string a page, for screen readers and search. */
export interface DeckText {
  pages: string[];
}

/** What a trainer plans; PATCH sends the whole draft again. */
export interface SeminarDraft {
  title: string;
  summary: string;
  starts_at_ms: number;
  duration_min: number;
  time_zone: string;
  centre_ids: string[];
  capacity: number;
}

export interface SessionInfo {
  session_id: string;
  status: Status;
  started_at_ms: number | null;
  ended_at_ms: number | null;
  has_replay: boolean;
  duration_ms: number | null;
}

/** One line of a list. */
export interface SeminarCard {
  seminar_id: string;
  title: string;
  starts_at_ms: number;
  duration_min: number;
  time_zone: string;
  trainer_name: string;
  status: Status;
  session: SessionInfo | null;
  my_role: Role;
  may_edit: boolean;
  invited: number;
}

export interface Seminar {
  card: SeminarCard;
  draft: SeminarDraft;
  decks: DeckInfo[];
  centres: Centre[];
}

/** For OBS and players; each key is shown again on demand to those who may edit. */
export interface StreamKeys {
  whip_url: string;
  whip_key: string;
  whep_url: string;
  whep_key: string;
  invite_url: string;
}

/** Body of `POST /whep/.../layers`: the height in pixels at which each picture is shown, 0 for not at all. Slots that are not named stay as they are. */
export interface LayersRequest {
  max_heights: Record<string, number>;
}

/** What a visitor with a link sees before giving their name. */
export interface Invitation {
  seminar_id: string;
  title: string;
  starts_at_ms: number;
  time_zone: string;
  trainer_name: string;
  status: Status;
  centres: Centre[];
}

export interface GuestRequest {
  name: string;
  post: string;
  centre_id: string | null;
  locale: Locale;
}

/** Who a participant is; travels beside events. Empty after erasure. */
export interface RosterEntry {
  name: string;
  post: string;
  centre_id: string | null;
}

/** A session's log for the replay: folded up to the moment on screen. */
export interface Timeline {
  initial: State;
  events: Logged[];
  roster: Record<string, RosterEntry>;
  seminar: Seminar;
  duration_ms: number;
  chain_head: string;
}

export interface AttendanceInterval {
  from_ms: number;
  to_ms: number;
}

export interface AttendanceRow {
  person_id: string;
  name: string;
  post: string;
  centre_id: string | null;
  status: "present" | "late" | "left_early" | "absent";
  present_ms: number;
  percent: number;
  intervals: AttendanceInterval[];
  votes: number;
  messages: number;
  speeches: number;
}

export interface AttendanceReport {
  session_id: string;
  started_at_ms: number;
  ended_at_ms: number | null;
  rows: AttendanceRow[];
  present: number;
  invited: number;
}

/** `auth` of the connection. `after_seq` asks for the events since. */
export interface Hello {
  seminar_id: string;
  session_id?: string | null;
  after_seq?: number | null;
}

/** First message. `snapshot` is null when `missed` holds all since `after_seq`. */
export interface Welcome {
  participant_id: string;
  role: Role;
  seminar: Seminar;
  session_id: string;
  snapshot: State | null;
  missed: Logged[];
  seq: number;
  roster: Record<string, RosterEntry>;
  server_time_ms: number;
}

/** Message `events`. All that this receiver may see in (`after`, `seq`]; a receiver whose newest seq is less than `after` has lost something and reconnects. */
export interface EventBatch {
  after: number;
  seq: number;
  events: Logged[];
  roster: Record<string, RosterEntry>;
}

/** Message `presence`, at most twice a second. */
export interface Presence {
  present: number;
  by_centre: Record<string, number>;
}

/** Message `tally`, at most twice a second. `counts` only for the staff. */
export interface Tally {
  poll_id: string;
  voters: number;
  counts: number[] | null;
}

/** Message `slots`: who is in each video slot, who is heard (loudest first). */
export interface SlotMap {
  video: Record<string, string | null>;
  speaking: string[];
}

/** Message `line` of a page: which way it follows by, once that has lasted 3 s. */
export interface LineRequest {
  rung: "webrtc" | "hls" | "audio" | "slides";
  is_up: boolean;
  reason: "start" | "blocked" | "lost" | "no_codec" | "chosen";
  quality?: "good" | "fair" | "bad" | null;
}

/** Somebody who follows badly, or (in `uplinks`) is received badly. */
export interface LineTrouble {
  participant_id: string;
  standing: "weak" | "bad";
  problem: "no_media" | "only_sound" | "breaks" | "stutters" | "slow" | "delayed" | "reduced" | "full";
  way: "webrtc" | "hls" | "audio" | "slides";
  since_ms: number;
}

export interface HallLines {
  centre_id: string | null;
  following: number;
  weak: number;
  bad: number;
  is_hall_line: boolean;
  people: LineTrouble[];
}

/** Message `lines`, to the staff only, at most every 2 s; not in the log. */
export interface Lines {
  following: number;
  weak: number;
  bad: number;
  halls: HallLines[];
  uplinks: LineTrouble[];
}

/** Message `media_shed`, to whom it concerns: the server is full and keeps back this much of the pictures; `nothing` when all is back. The sound is never concerned. */
export interface MediaShed {
  kept_back: "nothing" | "reduced" | "paused";
}

/** Message `media_moved`: the worker this person watches from is gone or is being emptied; receive anew at once. Publishing is not concerned. */
export interface MediaMoved {
}

/** Message `command`, answered by an ack `CommandAck`. The key is client-made (UUID); repeating it returns the stored answer. */
export interface CommandRequest {
  key: string;
  command: Record<string, unknown>;
}

export interface CommandAck {
  ok: boolean;
  seq: number | null;
  error: ErrorBody | null;
}
