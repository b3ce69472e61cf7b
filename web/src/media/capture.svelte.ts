import { LevelMeter } from './level-meter';
import {
  type Choice,
  type Device,
  DeviceError,
  deviceError,
  listDevices,
  openCapture,
  rememberChoice,
  rememberedChoice,
  stopStream,
} from './devices';

/**
 * The camera and microphone of this person: what there is, what is chosen, the picture
 * for a preview and the level for a meter. One for green room, cockpit and floor alike.
 */
export class CameraCapture {
  stream = $state.raw<MediaStream | null>(null);
  cameras = $state.raw<Device[]>([]);
  microphones = $state.raw<Device[]>([]);
  cameraId = $state<string | null>(null);
  microphoneId = $state<string | null>(null);
  /** 0 silent to 1 full. */
  level = $state(0);
  isMicrophoneOn = $state(true);
  isCameraOn = $state(true);
  isOpening = $state(false);
  /** Why neither works. */
  problem = $state.raw<DeviceError | null>(null);
  /** Why there is sound only, or picture only. */
  cameraProblem = $state.raw<DeviceError | null>(null);
  microphoneProblem = $state.raw<DeviceError | null>(null);

  #meter: LevelMeter | null = null;
  #turn = 0;
  readonly #devices: MediaDevices | undefined = globalThis.navigator?.mediaDevices;

  constructor() {
    const choice = rememberedChoice();
    this.cameraId = choice.cameraId;
    this.microphoneId = choice.microphoneId;
  }

  /** Start, or start again with the chosen devices. Never throws: see `problem`. */
  async open(): Promise<void> {
    const turn = ++this.#turn;
    this.isOpening = true;
    this.#stop();
    try {
      const capture = await openCapture(this.#choice(), this.#devices);
      if (turn !== this.#turn) return stopStream(capture.stream);
      this.cameraProblem = capture.cameraProblem;
      this.microphoneProblem = capture.microphoneProblem;
      this.problem = null;
      this.#start(capture.stream);
      // Ready to go on air; the names of the other devices may take their time.
      this.isOpening = false;
      await this.#list();
    } catch (thrown) {
      if (turn === this.#turn) this.problem = deviceError(thrown);
    } finally {
      if (turn === this.#turn) this.isOpening = false;
    }
  }

  async choose(choice: Partial<Choice>): Promise<void> {
    if (choice.cameraId !== undefined) this.cameraId = choice.cameraId;
    if (choice.microphoneId !== undefined) this.microphoneId = choice.microphoneId;
    rememberChoice(this.#choice());
    await this.open();
  }

  setMicrophone(isOn: boolean): void {
    this.isMicrophoneOn = isOn;
    this.#showSwitches();
  }

  setCamera(isOn: boolean): void {
    this.isCameraOn = isOn;
    this.#showSwitches();
  }

  close(): void {
    this.#turn += 1;
    this.isOpening = false;
    this.#stop();
    this.#devices?.removeEventListener('devicechange', this.#onDevices);
  }

  readonly #onDevices = () => void this.#list();

  #choice(): Choice {
    return { cameraId: this.cameraId, microphoneId: this.microphoneId };
  }

  #start(stream: MediaStream): void {
    this.stream = stream;
    const [camera] = stream.getVideoTracks();
    const [microphone] = stream.getAudioTracks();
    // What is in use, which may be another than was wished for.
    this.cameraId = camera?.getSettings().deviceId ?? this.cameraId;
    this.microphoneId = microphone?.getSettings().deviceId ?? this.microphoneId;
    this.#showSwitches();
    for (const track of stream.getTracks()) {
      track.addEventListener('ended', () => this.#lost(track));
    }
    if (microphone) {
      this.#meter = new LevelMeter(stream, (level) => {
        this.level = this.isMicrophoneOn ? level : 0;
      });
    }
    this.#devices?.addEventListener('devicechange', this.#onDevices);
  }

  /** Unplugged, or taken back in the browser's settings. */
  #lost(track: MediaStreamTrack): void {
    if (!this.stream?.getTracks().includes(track)) return;
    const error = new DeviceError('device_absent');
    if (track.kind === 'video') this.cameraProblem = error;
    else this.microphoneProblem = error;
  }

  async #list(): Promise<void> {
    if (!this.#devices) return;
    const { cameras, microphones } = await listDevices(this.#devices);
    this.cameras = cameras;
    this.microphones = microphones;
  }

  #showSwitches(): void {
    for (const track of this.stream?.getAudioTracks() ?? []) track.enabled = this.isMicrophoneOn;
    for (const track of this.stream?.getVideoTracks() ?? []) track.enabled = this.isCameraOn;
  }

  #stop(): void {
    this.#meter?.close();
    this.#meter = null;
    this.level = 0;
    stopStream(this.stream);
    this.stream = null;
  }
}
