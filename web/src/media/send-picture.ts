import { firstSentCodec, preferVideoCodecs } from './codecs';
import {
  cameraLayers,
  type Encoding,
  type PictureKind,
  singleEncoding,
  type Size,
  withTemporalLayers,
} from './encodings';

/** What browsers that do not tell get: the picture that is asked of every camera. */
const USUAL: Size = { width: 1280, height: 720 };

/** The encodings to send a picture with, the best that its size deserves. */
export function encodingsOf(track: MediaStreamTrack, kind: PictureKind): Encoding[] {
  if (kind !== 'camera') return [singleEncoding(kind)];
  const { width = USUAL.width, height = USUAL.height } = track.getSettings();
  return cameraLayers({ width, height });
}

/**
 * Add a picture to a new connection: in layers where the browser takes them, with
 * temporal layers where it sends VP8, whose payload tells them (that of H.264 does not).
 */
export function addPicture(
  peer: RTCPeerConnection,
  track: MediaStreamTrack,
  stream: MediaStream,
  kind: PictureKind,
): void {
  const layers = encodingsOf(track, kind);
  const wishes = [layers, [singleEncoding(kind)]];
  if (firstSentCodec() === 'video/vp8') wishes.unshift(withTemporalLayers(layers));
  preferVideoCodecs(addFirst(peer, track, stream, wishes), 'send');
}

/** The transceiver of the first wish that the browser does not refuse. */
function addFirst(
  peer: RTCPeerConnection,
  track: MediaStreamTrack,
  stream: MediaStream,
  [sendEncodings = [], ...others]: Encoding[][],
): RTCRtpTransceiver {
  try {
    return peer.addTransceiver(track, { direction: 'sendonly', streams: [stream], sendEncodings });
  } catch (thrown) {
    if (others.length === 0) throw thrown;
    return addFirst(peer, track, stream, others);
  }
}

/**
 * Call when connected, and when the kind of picture changes. A server that takes no
 * layers leaves the first of them, the smallest: it becomes the whole picture.
 */
export async function tunePicture(sender: RTCRtpSender, kind: PictureKind): Promise<void> {
  const parameters = sender.getParameters();
  const [only, ...others] = parameters.encodings;
  if (only && others.length === 0) Object.assign(only, singleEncoding(kind));
  if (kind === 'screen') parameters.degradationPreference = 'maintain-resolution';
  if (kind === 'clip') parameters.degradationPreference = 'balanced';
  await sender.setParameters(parameters);
}
