import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Encoding } from './encodings';
import { addPicture, tunePicture } from './send-picture';

const camera = (width: number, height: number) =>
  ({ kind: 'video', getSettings: () => ({ width, height }) }) as unknown as MediaStreamTrack;

/** A browser that sends `codec` first and refuses the encodings that `refuses`. */
function fakePeer(codec: string, refuses: (encoding: Encoding) => boolean = () => false) {
  vi.stubGlobal('RTCRtpSender', {
    getCapabilities: () => ({ codecs: [{ mimeType: codec, clockRate: 90_000 }] }),
  });
  const added: Encoding[][] = [];
  const addTransceiver = (_: unknown, init: { sendEncodings: Encoding[] }) => {
    if (init.sendEncodings.some(refuses)) throw new TypeError('refused');
    added.push(init.sendEncodings);
    return {};
  };
  return { peer: { addTransceiver } as unknown as RTCPeerConnection, added };
}

const stream = {} as MediaStream;
const rids = (encodings: Encoding[] | undefined) => encodings?.map(({ rid }) => rid);

afterEach(() => {
  vi.unstubAllGlobals();
});

describe('addPicture', () => {
  it('sends a camera in three layers', () => {
    const { peer, added } = fakePeer('video/H264');
    addPicture(peer, camera(1280, 720), stream, 'camera');
    expect(rids(added[0])).toEqual(['l', 'm', 'h']);
    expect(added[0]?.some((each) => 'scalabilityMode' in each)).toBe(false);
  });

  it('adds temporal layers to VP8', () => {
    const { peer, added } = fakePeer('video/VP8');
    addPicture(peer, camera(1280, 720), stream, 'camera');
    expect(added[0]?.map((each) => each.scalabilityMode)).toEqual(['L1T3', 'L1T3', 'L1T3']);
  });

  it('goes without temporal layers where the browser refuses them', () => {
    const { peer, added } = fakePeer('video/VP8', (each) => each.scalabilityMode !== undefined);
    addPicture(peer, camera(1280, 720), stream, 'camera');
    expect(rids(added[0])).toEqual(['l', 'm', 'h']);
  });

  it('sends one layer where the browser refuses rid', () => {
    const { peer, added } = fakePeer('video/H264', (each) => each.rid !== undefined);
    addPicture(peer, camera(1280, 720), stream, 'camera');
    expect(added).toEqual([[expect.objectContaining({ maxBitrate: 1_200_000 })]]);
  });

  it('tells when the browser takes nothing', () => {
    const { peer } = fakePeer('video/H264', () => true);
    expect(() => addPicture(peer, camera(320, 240), stream, 'camera')).toThrow(TypeError);
  });

  it('sends a screen in one layer of five pictures a second', () => {
    const { peer, added } = fakePeer('video/H264');
    addPicture(peer, camera(1920, 1080), stream, 'screen');
    expect(added).toEqual([[expect.objectContaining({ maxFramerate: 5 })]]);
    expect(rids(added[0])).toEqual([undefined]);
  });
});

describe('tunePicture', () => {
  function fakeSender(encodings: Encoding[]) {
    const parameters = { encodings } as RTCRtpSendParameters;
    const setParameters = vi.fn(async () => undefined);
    return { getParameters: () => parameters, setParameters } as unknown as RTCRtpSender & {
      setParameters: typeof setParameters;
    };
  }

  it('makes the one layer that the server left as large as the picture', async () => {
    const sender = fakeSender([{ rid: 'l', scaleResolutionDownBy: 4, maxBitrate: 150_000 }]);
    await tunePicture(sender, 'camera');
    expect(sender.setParameters).toHaveBeenCalledWith({
      encodings: [{ rid: 'l', scaleResolutionDownBy: 1, maxBitrate: 1_200_000, maxFramerate: 25 }],
    });
  });

  it('leaves layers that the server takes as they are', async () => {
    const layers = [
      { rid: 'l', maxBitrate: 150_000 },
      { rid: 'h', maxBitrate: 1_500_000 },
    ];
    const sender = fakeSender(structuredClone(layers));
    await tunePicture(sender, 'camera');
    expect(sender.setParameters).toHaveBeenCalledWith({ encodings: layers });
  });

  it.each([
    ['screen', 'maintain-resolution', 5],
    ['clip', 'balanced', 25],
  ] as const)('keeps of a %s what matters: %s', async (kind, degradationPreference, fps) => {
    const sender = fakeSender([{}]);
    await tunePicture(sender, kind);
    expect(sender.setParameters).toHaveBeenCalledWith({
      degradationPreference,
      encodings: [expect.objectContaining({ maxFramerate: fps })],
    });
  });
});
