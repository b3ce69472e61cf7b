import { describe, expect, it } from 'vitest';
import { listDevices, openCapture, openScreen } from './devices';

const named = (name: string) => new DOMException('', name);
const none = { cameraId: null, microphoneId: null };

/** Devices that give what `answer` says to each wish. */
function fakeDevices(answer: (wish: string) => MediaStream): MediaDevices {
  const getUserMedia = async ({ audio, video }: MediaStreamConstraints) =>
    answer([audio ? 'audio' : '', video ? 'video' : ''].filter(Boolean).join('+'));
  return { getUserMedia } as unknown as MediaDevices;
}

const stream = { id: 'stream' } as MediaStream;

describe('openCapture', () => {
  it('opens both at once', async () => {
    const capture = await openCapture(
      none,
      fakeDevices(() => stream),
    );
    expect(capture).toEqual({ stream, cameraProblem: null, microphoneProblem: null });
  });

  it('goes on with the microphone when there is no camera', async () => {
    const devices = fakeDevices((wish) => {
      if (wish !== 'audio') throw named('NotFoundError');
      return stream;
    });
    const capture = await openCapture(none, devices);
    expect(capture.cameraProblem?.code).toBe('device_absent');
    expect(capture.microphoneProblem).toBeNull();
  });

  it('goes on with the camera when the microphone is in use', async () => {
    const devices = fakeDevices((wish) => {
      if (wish !== 'video') throw named('NotReadableError');
      return stream;
    });
    const capture = await openCapture(none, devices);
    expect(capture.microphoneProblem?.code).toBe('device_busy');
  });

  it.each([
    ['NotAllowedError', 'device_refused'],
    ['NotFoundError', 'device_absent'],
    ['NotReadableError', 'device_busy'],
    ['WeirdError', 'device_failed'],
  ])('tells the reason behind %s', async (name, code) => {
    const devices = fakeDevices(() => {
      throw named(name);
    });
    await expect(openCapture(none, devices)).rejects.toMatchObject({ code });
  });

  it('says that the page is not secure where the devices are hidden', async () => {
    await expect(openCapture(none, undefined)).rejects.toMatchObject({ code: 'device_insecure' });
  });
});

describe('openScreen', () => {
  it('says that nothing was chosen', async () => {
    const getDisplayMedia = async () => {
      throw named('NotAllowedError');
    };
    const devices = { getDisplayMedia } as unknown as MediaDevices;
    await expect(openScreen(devices)).rejects.toMatchObject({ code: 'screen_refused' });
  });

  it('says that phones can not', async () => {
    await expect(openScreen({} as MediaDevices)).rejects.toMatchObject({
      code: 'screen_unsupported',
    });
  });
});

describe('listDevices', () => {
  it('leaves out the nameless ones from before the permission', async () => {
    const devices = {
      enumerateDevices: async () => [
        { kind: 'videoinput', deviceId: '', label: '' },
        { kind: 'videoinput', deviceId: 'c1', label: 'Camera' },
        { kind: 'audioinput', deviceId: 'm1', label: 'Microphone' },
        { kind: 'audiooutput', deviceId: 's1', label: 'Speaker' },
      ],
    } as unknown as MediaDevices;
    expect(await listDevices(devices)).toEqual({
      cameras: [{ id: 'c1', label: 'Camera' }],
      microphones: [{ id: 'm1', label: 'Microphone' }],
    });
  });
});
