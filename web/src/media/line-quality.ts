/** What one look at getStats says of everything received, summed over the slots. */
export interface ReceiveSample {
  atMs: number;
  packets: number;
  /** Of sound alone. */
  soundPackets: number;
  /** Everything the network brought, reports of the server among it. */
  bytes: number;
  lost: number;
  frames: number;
  /** Sound the browser made up, of `samples`. */
  concealed: number;
  samples: number;
  frozenS: number;
  /** Ms there and back; null until measured. */
  roundTripMs: number | null;
}

export type LineQuality = 'good' | 'fair' | 'bad';

/** Shares above which people notice; see reliability.md F1 to F3. */
const FAIR = { loss: 0.02, concealed: 0.02, frozen: 0.05, roundTripMs: 400 };
const BAD = { loss: 0.08, concealed: 0.08, frozen: 0.25, roundTripMs: 1_000 };

/** The line between two looks; null when nothing flowed, so nothing can be said. */
export function judgeLine(before: ReceiveSample, now: ReceiveSample): LineQuality | null {
  const spanS = (now.atMs - before.atMs) / 1000;
  if (spanS <= 0 || now.packets <= before.packets) return null;
  const seen = {
    loss: lostShare(before, now),
    concealed: share(now.concealed - before.concealed, now.samples - before.samples),
    frozen: (now.frozenS - before.frozenS) / spanS,
    roundTripMs: now.roundTripMs ?? 0,
  };
  if (isOver(seen, BAD)) return 'bad';
  return isOver(seen, FAIR) ? 'fair' : 'good';
}

/** Of the packets of one look to the next; 0 when none came. */
export function lostShare(before: ReceiveSample, now: ReceiveSample): number {
  const lost = Math.max(0, now.lost - before.lost);
  return share(lost, Math.max(0, now.packets - before.packets) + lost);
}

const share = (part: number, whole: number) => (whole > 0 ? part / whole : 0);

function isOver(seen: typeof FAIR, limit: typeof FAIR): boolean {
  return (
    seen.loss > limit.loss ||
    seen.concealed > limit.concealed ||
    seen.frozen > limit.frozen ||
    seen.roundTripMs > limit.roundTripMs
  );
}

type Stat = Record<string, unknown> & { type: string };

const numberIn = (stat: Stat, name: string): number => {
  const value = stat[name];
  return typeof value === 'number' ? value : 0;
};

/** One picture that is received. */
export interface ReceivedPicture {
  frames: number;
  /** Px; 0 before the first frame. */
  height: number;
}

/** Sum a stats report; pictures are also told by track id, to see which slots move. */
export function readStats(
  report: Iterable<Stat>,
  atMs: number,
): { sample: ReceiveSample; pictures: Map<string, ReceivedPicture> } {
  const sample: ReceiveSample = {
    atMs,
    packets: 0,
    soundPackets: 0,
    bytes: 0,
    lost: 0,
    frames: 0,
    concealed: 0,
    samples: 0,
    frozenS: 0,
    roundTripMs: null,
  };
  const pictures = new Map<string, ReceivedPicture>();
  for (const stat of report) {
    if (stat.type === 'inbound-rtp') addInbound(sample, pictures, stat);
    if (stat.type === 'candidate-pair' && stat.nominated === true) {
      sample.bytes += numberIn(stat, 'bytesReceived');
      const seconds = numberIn(stat, 'currentRoundTripTime');
      if (seconds > 0) sample.roundTripMs = seconds * 1000;
    }
  }
  return { sample, pictures };
}

function addInbound(
  sample: ReceiveSample,
  pictures: Map<string, ReceivedPicture>,
  stat: Stat,
): void {
  sample.packets += numberIn(stat, 'packetsReceived');
  sample.lost += numberIn(stat, 'packetsLost');
  sample.frozenS += numberIn(stat, 'totalFreezesDuration');
  sample.concealed += numberIn(stat, 'concealedSamples') - numberIn(stat, 'silentConcealedSamples');
  sample.samples += numberIn(stat, 'totalSamplesReceived');
  if (stat.kind !== 'video') {
    sample.soundPackets += numberIn(stat, 'packetsReceived');
    return;
  }
  const frames = numberIn(stat, 'framesDecoded');
  sample.frames += frames;
  pictures.set(String(stat.trackIdentifier), { frames, height: numberIn(stat, 'frameHeight') });
}
