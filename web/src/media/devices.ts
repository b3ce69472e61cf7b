import { browserShelf, type Shelf } from '../state/shelf';

export type DeviceCode =
  | 'device_refused'
  | 'device_absent'
  | 'device_busy'
  | 'device_insecure'
  | 'device_failed'
  | 'screen_refused'
  | 'screen_unsupported';

/** Why there is no camera, microphone or screen; `errorSentence` says it to the person. */
export class DeviceError extends Error {
  readonly code: DeviceCode;

  constructor(code: DeviceCode, cause?: unknown) {
    super(code, { cause });
    this.name = 'DeviceError';
    this.code = code;
  }
}

const CODES: Record<string, DeviceCode> = {
  NotAllowedError: 'device_refused',
  SecurityError: 'device_refused',
  NotFoundError: 'device_absent',
  OverconstrainedError: 'device_absent',
  NotReadableError: 'device_busy',
  AbortError: 'device_busy',
};

/** The reason behind what `getUserMedia` threw. */
export function deviceError(thrown: unknown): DeviceError {
  if (thrown instanceof DeviceError) return thrown;
  const name = thrown instanceof Error || isNamed(thrown) ? thrown.name : '';
  return new DeviceError(CODES[name] ?? 'device_failed', thrown);
}

function isNamed(value: unknown): value is { name: string } {
  return typeof value === 'object' && value !== null && 'name' in value;
}

export interface Device {
  id: string;
  /** Empty until the person allowed the devices once. */
  label: string;
}

export interface DeviceList {
  cameras: Device[];
  microphones: Device[];
}

export async function listDevices(devices: MediaDevices): Promise<DeviceList> {
  const all = await devices.enumerateDevices();
  const ofKind = (kind: MediaDeviceKind) =>
    all
      .filter((each) => each.kind === kind && each.deviceId !== '')
      .map((each) => ({ id: each.deviceId, label: each.label }));
  return { cameras: ofKind('videoinput'), microphones: ofKind('audioinput') };
}

export interface Choice {
  cameraId: string | null;
  microphoneId: string | null;
}

export function rememberedChoice(shelf: Shelf = browserShelf): Choice {
  return { cameraId: shelf.get('camera') || null, microphoneId: shelf.get('microphone') || null };
}

export function rememberChoice(choice: Choice, shelf: Shelf = browserShelf): void {
  shelf.set('camera', choice.cameraId ?? '');
  shelf.set('microphone', choice.microphoneId ?? '');
}

const VIDEO: MediaTrackConstraints = {
  width: { ideal: 1280 },
  height: { ideal: 720 },
  frameRate: { ideal: 25, max: 30 },
};
const AUDIO: MediaTrackConstraints = {
  echoCancellation: true,
  noiseSuppression: true,
  autoGainControl: true,
  channelCount: 1,
};

/** `ideal`, not `exact`: a device that was unplugged must not stop the rest. */
const idealId = (id: string | null): MediaTrackConstraints =>
  id === null ? {} : { deviceId: { ideal: id } };

export interface Capture {
  stream: MediaStream;
  /** Why one of the two is missing; null when both are there. */
  cameraProblem: DeviceError | null;
  microphoneProblem: DeviceError | null;
}

/**
 * Open camera and microphone, or the one of them that works. Throws `DeviceError` when
 * neither does.
 */
export async function openCapture(
  choice: Choice,
  devices: MediaDevices | undefined = globalThis.navigator?.mediaDevices,
): Promise<Capture> {
  // Browsers hide the devices on insecure pages.
  if (!devices) throw new DeviceError('device_insecure');
  const video = { ...VIDEO, ...idealId(choice.cameraId) };
  const audio = { ...AUDIO, ...idealId(choice.microphoneId) };
  try {
    const stream = await devices.getUserMedia({ video, audio });
    return { stream, cameraProblem: null, microphoneProblem: null };
  } catch (thrown) {
    return await openEither(devices, { video, audio }, deviceError(thrown));
  }
}

async function openEither(
  devices: MediaDevices,
  { video, audio }: { video: MediaTrackConstraints; audio: MediaTrackConstraints },
  both: DeviceError,
): Promise<Capture> {
  const attempt = async (constraints: MediaStreamConstraints) => {
    try {
      return { stream: await devices.getUserMedia(constraints), problem: null };
    } catch (thrown) {
      return { stream: null, problem: deviceError(thrown) };
    }
  };
  // Speech matters more than the picture: the microphone first.
  const microphone = await attempt({ audio });
  if (microphone.stream) {
    return { stream: microphone.stream, cameraProblem: both, microphoneProblem: null };
  }
  const camera = await attempt({ video });
  if (!camera.stream) throw microphone.problem;
  return { stream: camera.stream, cameraProblem: null, microphoneProblem: microphone.problem };
}

const SCREEN_SIZE = { width: { max: 1920 }, height: { max: 1080 } };
const SCREEN_FPS = { screen: { ideal: 5, max: 15 }, clip: { ideal: 25, max: 30 } };

/** Letters stay sharp and movement may stutter, or the reverse. */
const HINTS = { screen: 'detail', clip: 'motion' };

/** Another kind of picture is on the shared screen now. */
export async function hintScreen(stream: MediaStream, kind: 'screen' | 'clip'): Promise<void> {
  for (const track of stream.getVideoTracks()) {
    track.contentHint = HINTS[kind];
    // A browser that can't change the rate later still sends what it captures.
    await track
      .applyConstraints({ ...SCREEN_SIZE, frameRate: SCREEN_FPS[kind] })
      .catch(() => undefined);
  }
}

/** Ask the person for a screen or window to show, with its sound where possible. */
export async function openScreen(
  devices: MediaDevices | undefined = globalThis.navigator?.mediaDevices,
): Promise<MediaStream> {
  if (!devices) throw new DeviceError('device_insecure');
  if (!('getDisplayMedia' in devices)) throw new DeviceError('screen_unsupported');
  try {
    const stream = await devices.getDisplayMedia({
      video: { ...SCREEN_SIZE, frameRate: SCREEN_FPS.screen },
      audio: true,
    });
    for (const track of stream.getVideoTracks()) track.contentHint = HINTS.screen;
    return stream;
  } catch (thrown) {
    const error = deviceError(thrown);
    throw error.code === 'device_refused' ? new DeviceError('screen_refused', thrown) : error;
  }
}

export function stopStream(stream: MediaStream | null): void {
  for (const track of stream?.getTracks() ?? []) track.stop();
}
