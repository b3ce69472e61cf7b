/** As the server judges a line (`media/sfu/playout_delay.py`). */
const LOSSY_SHARE = 0.02;
const CALM_SHARE = 0.01;
const CALM_MS = 30_000;
/** What pictures wait for repeats on most lines that lose packets. */
const WAIT_MS = 250;

/**
 * How long voices wait on a line that loses packets. The server lets pictures wait there for
 * repeats; a browser keeps one voice in step with them, and of three at most one is that.
 */
export class SoundWait {
  #waitMs: number | null = null;
  #lossyMs = 0;

  /** Take the share of packets that the last second lost; ms, or null for no wait. */
  look(lostShare: number, nowMs: number): number | null {
    if (lostShare >= CALM_SHARE) this.#lossyMs = nowMs;
    if (lostShare >= LOSSY_SHARE) this.#waitMs = WAIT_MS;
    else if (nowMs - this.#lossyMs >= CALM_MS) this.#waitMs = null;
    return this.#waitMs;
  }
}

/** Let the voices of a connection wait, where the browser can. */
export function letWait(receivers: readonly RTCRtpReceiver[], waitMs: number | null): void {
  for (const receiver of receivers) {
    if (receiver.track.kind !== 'audio' || !('jitterBufferTarget' in receiver)) continue;
    if (receiver.jitterBufferTarget !== waitMs) receiver.jitterBufferTarget = waitMs;
  }
}
