const EVERY_MS = 60;
/** Quieter than this is shown as silence. */
const FLOOR_DB = -60;
/** How much of the shown level stays per step when it gets quieter. */
const FALL = 0.8;

/** Loudness of samples in -1..1, as 0 (silence) to 1 (full scale). */
export function levelOf(samples: Float32Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  const rms = Math.sqrt(sum / Math.max(1, samples.length));
  const decibels = 20 * Math.log10(Math.max(rms, 1e-6));
  return Math.min(1, Math.max(0, 1 - decibels / FLOOR_DB));
}

/** Hears how loud a microphone is; rises at once and falls slowly, as meters do. */
export class LevelMeter {
  readonly #context = new AudioContext();
  readonly #source: MediaStreamAudioSourceNode;
  readonly #timer: ReturnType<typeof setInterval>;

  /** `stream` needs an audio track. */
  constructor(stream: MediaStream, onLevel: (level: number) => void) {
    this.#source = this.#context.createMediaStreamSource(stream);
    const analyser = new AnalyserNode(this.#context, { fftSize: 1024 });
    this.#source.connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    let shown = 0;
    this.#timer = setInterval(() => {
      analyser.getFloatTimeDomainData(samples);
      shown = Math.max(levelOf(samples), shown * FALL);
      onLevel(shown);
    }, EVERY_MS);
    // Made outside of a click the context may be suspended; capture allows it to run.
    void this.#context.resume();
  }

  close(): void {
    clearInterval(this.#timer);
    this.#source.disconnect();
    void this.#context.close();
  }
}
