// Speaks for a mediasoup worker: one JSON request a line on stdin, one reply a line on
// stdout. It does what a media server written with mediasoup would do for one room, and
// nothing of it runs per packet. Header extensions and transport-cc stay off, so that
// the worker does no more than forward.
const readline = require('node:readline');
const mediasoup = require('mediasoup');

const FEEDBACK = [{ type: 'nack' }, { type: 'nack', parameter: 'pli' }];
const CODECS = [
  { kind: 'audio', mimeType: 'audio/opus', clockRate: 48000, channels: 2, preferredPayloadType: 111 },
  { kind: 'video', mimeType: 'video/VP8', clockRate: 90000, preferredPayloadType: 96 },
];
const producers = [];
let worker;
let router;

async function openTransport(offer) {
  const transport = await router.createWebRtcTransport({ listenIps: ['127.0.0.1'], enableUdp: true });
  const value = /a=fingerprint:sha-256 (\S+)/.exec(offer)[1];
  // The load client takes the active role.
  const fingerprints = [{ algorithm: 'sha-256', value }];
  await transport.connect({ dtlsParameters: { role: 'client', fingerprints } });
  return transport;
}

function answer(transport, ssrcs) {
  const [candidate] = transport.iceCandidates;
  return [
    'v=0',
    `a=ice-ufrag:${transport.iceParameters.usernameFragment}`,
    `a=ice-pwd:${transport.iceParameters.password}`,
    'a=setup:passive',
    `a=candidate:1 1 udp ${candidate.priority} ${candidate.ip} ${candidate.port} typ host`,
    ...ssrcs.map((ssrc) => `a=ssrc:${ssrc} cname:mediasoup`),
  ].join('\r\n');
}

function sendParameters(kind, ssrc) {
  const { preferredPayloadType, ...codec } = CODECS.find((one) => one.kind === kind);
  codec.payloadType = preferredPayloadType;
  codec.rtcpFeedback = kind === 'video' ? FEEDBACK : [];
  delete codec.kind;
  return { codecs: [codec], encodings: [{ ssrc }], rtcp: { cname: 'load' } };
}

async function publish({ offer, audioSsrc, videoSsrc }) {
  const transport = await openTransport(offer);
  for (const [kind, ssrc] of [['audio', audioSsrc], ['video', videoSsrc]]) {
    producers.push(await transport.produce({ kind, rtpParameters: sendParameters(kind, ssrc) }));
  }
  return { sdp: answer(transport, []) };
}

async function subscribe({ offer }) {
  const transport = await openTransport(offer);
  const codecs = router.rtpCapabilities.codecs.map((codec) => ({
    ...codec,
    rtcpFeedback: codec.kind === 'video' ? FEEDBACK : [],
  }));
  const rtpCapabilities = { codecs, headerExtensions: [] };
  const ssrcs = [];
  for (const producer of producers) {
    const consumer = await transport.consume({ producerId: producer.id, rtpCapabilities });
    ssrcs.push(consumer.rtpParameters.encodings[0].ssrc);
  }
  return { sdp: answer(transport, ssrcs) };
}

async function start() {
  worker = await mediasoup.createWorker({ logLevel: 'error' });
  router = await worker.createRouter({ mediaCodecs: CODECS });
  return { pid: worker.pid };
}

const requests = { start, publish, subscribe };
const lines = readline.createInterface({ input: process.stdin });
lines.on('line', async (line) => {
  const { id, name, ...fields } = JSON.parse(line);
  let reply;
  try {
    reply = await requests[name](fields);
  } catch (error) {
    reply = { error: String(error) };
  }
  process.stdout.write(`${JSON.stringify({ id, ...reply })}\n`);
});
lines.on('close', () => {
  worker?.close();
});
