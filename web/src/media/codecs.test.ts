import { describe, expect, it } from 'vitest';
import { preferredVideo } from './codecs';

const codec = (mimeType: string, sdpFmtpLine?: string) => ({
  mimeType,
  clockRate: 90_000,
  ...(sdpFmtpLine === undefined ? {} : { sdpFmtpLine }),
});
const h264 = (profile: string, mode: number) =>
  codec(
    'video/H264',
    `level-asymmetry-allowed=1;packetization-mode=${mode};profile-level-id=${profile}`,
  );

describe('preferredVideo', () => {
  it('puts constrained baseline H.264 first, then VP8, and repair last', () => {
    const chromium = [
      codec('video/VP8'),
      codec('video/rtx'),
      codec('video/VP9', 'profile-id=0'),
      h264('42001f', 1),
      h264('42001f', 0),
      h264('42e01f', 1),
      h264('640034', 1),
      codec('video/AV1'),
      codec('video/red'),
    ];
    expect(preferredVideo(chromium)).toEqual([
      h264('42e01f', 1),
      h264('42001f', 1),
      codec('video/VP8'),
      codec('video/rtx'),
    ]);
  });

  it('is VP8 where there is no H.264', () => {
    const firefox = [codec('video/VP9'), codec('video/VP8'), codec('video/rtx')];
    expect(preferredVideo(firefox)).toEqual([codec('video/VP8'), codec('video/rtx')]);
  });

  it('leaves the order to a browser that knows neither', () => {
    expect(preferredVideo([codec('video/AV1')])).toEqual([]);
  });
});
