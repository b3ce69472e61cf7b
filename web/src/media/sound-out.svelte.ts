/**
 * The loudspeaker for what comes by WebRTC: one audio element per slot, outside of the
 * page. Browsers refuse sound before the first click; `needsGesture` then asks for it.
 */
export class SoundOut {
  isOn = $state(false);
  volume = $state(1);
  needsGesture = $state(false);

  #elements: HTMLAudioElement[] = [];

  /** Play these in place of what was played. */
  setStreams(streams: readonly MediaStream[]): void {
    while (this.#elements.length < streams.length) this.#elements.push(new Audio());
    this.#elements.forEach((element, index) => {
      const stream = streams[index] ?? null;
      // Set anew, even the same one starts over, with a gap.
      if (element.srcObject !== stream) element.srcObject = stream;
    });
    this.#apply();
  }

  set(isOn: boolean, volume = this.volume): void {
    this.isOn = isOn;
    this.volume = volume;
    this.#apply();
  }

  close(): void {
    for (const element of this.#elements) element.srcObject = null;
    this.#elements = [];
  }

  #apply(): void {
    for (const element of this.#elements) {
      element.muted = !this.isOn;
      element.volume = this.volume;
      if (!element.srcObject) continue;
      element.play().then(
        () => {
          if (this.isOn) this.needsGesture = false;
        },
        (error: unknown) => {
          const isRefused = error instanceof DOMException && error.name === 'NotAllowedError';
          if (isRefused && this.isOn) this.needsGesture = true;
        },
      );
    }
  }
}
