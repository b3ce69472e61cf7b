import { whipAddress } from '../api/media-exchange';
import type { ApiError } from '../api/errors';
import { realTimers, type Timers } from '../api/timers';
import { preferVideoCodecs } from './codecs';
import { canLink, RtcLink } from './link';
import { relays } from './relays';

/** What a few seconds of real publishing to the server said about the way up. */
export type LineTest =
  | { outcome: 'good' | 'weak'; kbps: number; lossPercent: number }
  /** Connected to the web, but no media packet came through. */
  | { outcome: 'blocked' }
  | { outcome: 'failed'; error: ApiError };

const TEST_MS = 4_000;
/** Below these a lecture stutters: see DESIGN.md 2, 1.3 Mbit/s a programme. */
const ENOUGH_KBPS = 400;
const MOST_LOSS_PERCENT = 4;
const PICTURE = { width: 960, height: 540 };

/** A moving test picture: still ones cost next to no bits and would prove nothing. */
function testPicture(): { stream: MediaStream; stop: () => void } {
  const canvas = Object.assign(document.createElement('canvas'), PICTURE);
  const context = canvas.getContext('2d');
  const timer = setInterval(() => {
    for (let tile = 0; context && tile < 400; tile += 1) {
      context.fillStyle = `hsl(${Math.random() * 360} 70% 50%)`;
      context.fillRect(Math.random() * PICTURE.width, Math.random() * PICTURE.height, 40, 40);
    }
  }, 50);
  const stream = canvas.captureStream(20);
  const stop = () => {
    clearInterval(timer);
    for (const track of stream.getTracks()) track.stop();
  };
  return { stream, stop };
}

interface Sent {
  bytes: number;
  packets: number;
  /** Of what the server reported on. */
  lostShare: number;
}

async function sentSoFar(peer: RTCPeerConnection): Promise<Sent> {
  const sent: Sent = { bytes: 0, packets: 0, lostShare: 0 };
  const report = await peer.getStats();
  report.forEach((stat: Record<string, unknown>) => {
    if (stat['type'] === 'outbound-rtp') {
      sent.bytes += Number(stat['bytesSent'] ?? 0);
      sent.packets += Number(stat['packetsSent'] ?? 0);
    }
    if (stat['type'] === 'remote-inbound-rtp') {
      sent.lostShare = Math.max(sent.lostShare, Number(stat['fractionLost'] ?? 0));
    }
  });
  return sent;
}

/**
 * Publish a test picture for a few seconds, then take it away; by a relay where nothing
 * else passes. Never throws.
 */
export async function testLine(seminarId: string, timers: Timers = realTimers): Promise<LineTest> {
  if (!canLink()) return { outcome: 'blocked' };
  await relays.prepare();
  const hadRelays = (await relays.forOffer()).length > 0;
  const result = await testOnce(seminarId, timers);
  const hasRelays = (await relays.forOffer()).length > 0;
  if (result.outcome !== 'blocked' || hadRelays || !hasRelays) return result;
  return testOnce(seminarId, timers);
}

function testOnce(seminarId: string, timers: Timers): Promise<LineTest> {
  const { stream, stop } = testPicture();
  return new Promise<LineTest>((resolve) => {
    const link = new RtcLink(
      {
        address: whipAddress(seminarId, 'camera'),
        timers,
        prepare: (peer) => {
          for (const track of stream.getTracks()) {
            preferVideoCodecs(
              peer.addTransceiver(track, {
                direction: 'sendonly',
                streams: [stream],
                sendEncodings: [{ maxBitrate: 1_200_000 }],
              }),
              'send',
            );
          }
        },
      },
      {
        onUp: () => timers.after(TEST_MS, () => void judge(link.peer).then(finish)),
        onDown: () => finish({ outcome: 'blocked' }),
        onLost: (error) => resolve(error ? { outcome: 'failed', error } : { outcome: 'blocked' }),
      },
    );
    const finish = (result: LineTest) => {
      link.close();
      resolve(result);
    };
  }).finally(stop);
}

async function judge(peer: RTCPeerConnection): Promise<LineTest> {
  const { bytes, packets, lostShare } = await sentSoFar(peer);
  if (packets === 0) return { outcome: 'blocked' };
  const kbps = Math.round((bytes * 8) / TEST_MS);
  const lossPercent = Math.round(lostShare * 100);
  const isGood = kbps >= ENOUGH_KBPS && lossPercent <= MOST_LOSS_PERCENT;
  return { outcome: isGood ? 'good' : 'weak', kbps, lossPercent };
}
