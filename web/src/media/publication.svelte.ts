import type { ApiError } from '../api/errors';
import type { Timers } from '../api/timers';
import type { PictureKind } from './encodings';
import type { KeeperState } from './keeper';
import { Publisher } from './publisher';

/** One source of this person as the screens see it: `up` is flowing to the server. */
export class Publication {
  state = $state<KeeperState>('idle');
  error = $state.raw<ApiError | null>(null);

  readonly #publisher: Publisher;

  constructor(seminarId: string, source: 'camera' | 'screen', timers: Timers) {
    this.#publisher = new Publisher({
      seminarId,
      source,
      timers,
      onChange: (state, error) => {
        this.state = state;
        this.error = error;
      },
    });
  }

  get isOn(): boolean {
    return this.state !== 'idle';
  }

  publish(stream: MediaStream): void {
    this.#publisher.publish(stream);
  }

  /** What the picture is from now on; `publish` keeps it. */
  setKind(kind: PictureKind): void {
    this.#publisher.setKind(kind);
  }

  restart(): void {
    this.#publisher.restart();
  }

  close(): void {
    this.#publisher.close();
  }
}
