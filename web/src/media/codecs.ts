/** H.264 first: the recorder copies it and would have to transcode VP8. */
const VIDEO_ORDER = ['video/h264', 'video/vp8'];
/** Repair of lost packets, offered beside every codec. */
const REPAIR = 'video/rtx';

type Codec = RTCRtpCodec;

const parameters = (codec: Codec) =>
  new Map(
    (codec.sdpFmtpLine ?? '').split(';').map((pair): [string, string] => {
      const [name = '', value = ''] = pair.trim().split('=');
      return [name.toLowerCase(), value.toLowerCase()];
    }),
  );

/** The one H.264 every browser decodes: (constrained) baseline in packetization-mode 1. */
function isUsual(codec: Codec): boolean {
  if (codec.mimeType.toLowerCase() !== 'video/h264') return true;
  const given = parameters(codec);
  const profile = given.get('profile-level-id') ?? '42e01f';
  return given.get('packetization-mode') === '1' && profile.startsWith('42');
}

/** Constrained baseline (its third set bit, RFC 6184 8.1) before plain baseline. */
function rank(codec: Codec): number {
  const order = VIDEO_ORDER.indexOf(codec.mimeType.toLowerCase()) * 2;
  const profile = parameters(codec).get('profile-level-id') ?? '42e01f';
  return order + (Number.parseInt(profile.slice(2, 4), 16) & 0x40 ? 0 : 1);
}

/** What to offer for video, best first; empty when the browser does not tell. */
export function preferredVideo(codecs: readonly Codec[]): Codec[] {
  const wanted = codecs.filter(
    (codec) => VIDEO_ORDER.includes(codec.mimeType.toLowerCase()) && isUsual(codec),
  );
  if (wanted.length === 0) return [];
  wanted.sort((a, b) => rank(a) - rank(b));
  return [...wanted, ...codecs.filter((codec) => codec.mimeType.toLowerCase() === REPAIR)];
}

export function preferVideoCodecs(transceiver: RTCRtpTransceiver, role: 'send' | 'receive'): void {
  const source = role === 'send' ? RTCRtpSender : RTCRtpReceiver;
  const codecs = preferredVideo(source.getCapabilities?.('video')?.codecs ?? []);
  // Firefox before 128 lacks the method; its own order then holds.
  if (codecs.length > 0) transceiver.setCodecPreferences?.(codecs);
}

/** The codec, in lower case, that this browser will send video with; '' when unknown. */
export function firstSentCodec(): string {
  if (typeof RTCRtpSender === 'undefined') return '';
  const [first] = preferredVideo(RTCRtpSender.getCapabilities?.('video')?.codecs ?? []);
  return first?.mimeType.toLowerCase() ?? '';
}

export function canReceiveH264(): boolean {
  if (typeof RTCRtpReceiver === 'undefined') return false;
  const codecs = RTCRtpReceiver.getCapabilities?.('video')?.codecs ?? [];
  return codecs.some((codec) => codec.mimeType.toLowerCase() === 'video/h264');
}

const HLS_TYPE = 'video/mp4; codecs="avc1.42e01f,mp4a.40.2"';

export function canPlayHls(): boolean {
  if (typeof MediaSource !== 'undefined' && MediaSource.isTypeSupported(HLS_TYPE)) return true;
  const video = typeof document === 'undefined' ? null : document.createElement('video');
  return video?.canPlayType('application/vnd.apple.mpegurl') !== '' && video !== null;
}

export const hasWebRtc = () => typeof RTCPeerConnection !== 'undefined';
