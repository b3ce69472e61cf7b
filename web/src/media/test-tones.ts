/** A rising third and fifth: easy to tell from the noises of a hall. */
const TONES_HZ = [440, 554, 659];
const TONE_S = 0.45;
const LOUDNESS = 0.25;
/** Fade of each end; without it every tone starts with a click. */
const FADE_S = 0.03;

/** Play three tones one after another. Resolves when the last has ended. */
export async function playTestTones(): Promise<void> {
  const context = new AudioContext();
  await context.resume();
  const start = context.currentTime + 0.05;
  const ends = TONES_HZ.map((hz, index) => playTone(context, hz, start + index * TONE_S));
  await Promise.all(ends);
  await context.close();
}

function playTone(context: AudioContext, hz: number, at: number): Promise<void> {
  const tone = new OscillatorNode(context, { frequency: hz });
  const volume = new GainNode(context, { gain: 0 });
  const end = at + TONE_S;
  volume.gain.setValueAtTime(0, at);
  volume.gain.linearRampToValueAtTime(LOUDNESS, at + FADE_S);
  volume.gain.setValueAtTime(LOUDNESS, end - FADE_S);
  volume.gain.linearRampToValueAtTime(0, end);
  tone.connect(volume).connect(context.destination);
  tone.start(at);
  tone.stop(end);
  return new Promise((resolve) => {
    tone.onended = () => resolve();
  });
}
