"""A page of real WebRTC in front of a bare media worker: no web process between."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from aiohttp import web

from media.protocol import VideoSlot
from tests.e2e.stack import free_port
from tests.media.worker_process import WorkerProcess

PAGE = """<!doctype html><title>Bridge</title><script>
const exchange = async (peer, path) => {
  await peer.setLocalDescription();
  const reply = await fetch(path, { method: 'POST', body: peer.localDescription.sdp });
  await peer.setRemoteDescription({ type: 'answer', sdp: await reply.text() });
};
window.publish = async (id, layers, codec, width, height) => {
  const media = await navigator.mediaDevices.getUserMedia(
    { audio: true, video: { width, height, frameRate: 25 } });
  const peer = window[id] = new RTCPeerConnection({ bundlePolicy: 'max-bundle' });
  const [voice] = media.getAudioTracks(), [picture] = media.getVideoTracks();
  peer.addTransceiver(voice, { direction: 'sendonly', streams: [media] });
  const camera = peer.addTransceiver(picture, {
    direction: 'sendonly', streams: [media], sendEncodings: layers });
  const known = RTCRtpSender.getCapabilities('video').codecs;
  const order = (one) => Number(!one.mimeType.endsWith(codec));
  camera.setCodecPreferences(known.toSorted((a, b) => order(a) - order(b)));
  await exchange(peer, `/publish/${id}`);
};
window.view = async (id) => {
  const peer = window[id] = new RTCPeerConnection({ bundlePolicy: 'max-bundle' });
  peer.addTransceiver('audio', { direction: 'recvonly' });
  peer.addTransceiver('video', { direction: 'recvonly' });
  const shown = document.createElement('video');
  shown.autoplay = shown.muted = true;
  shown.srcObject = new MediaStream();
  document.body.append(shown);
  peer.ontrack = ({ track }) => shown.srcObject.addTrack(track);
  await exchange(peer, `/view/${id}`);
};
window.stats = async (id, type, kind) => {
  const rows = [...(await window[id].getStats()).values()];
  return rows.filter((row) => row.type === type && (!kind || row.kind === kind));
};
</script>"""


@asynccontextmanager
async def open_bridge(
    worker: WorkerProcess,
    profile: tuple[VideoSlot, ...] = ("programme",),
    change_answer: Callable[[str, str], str] = lambda _peer_id, sdp: sdp,
) -> AsyncIterator[str]:
    """Serve the page and pass its offers on; gives its address."""

    async def show(_request: web.Request) -> web.Response:
        return web.Response(text=PAGE, content_type="text/html")

    async def publish(request: web.Request) -> web.Response:
        sdp = await request.text()
        peer_id = request.match_info["id"]
        answer = await worker.offer(peer_id, "publish", sdp)
        return web.Response(text=change_answer(peer_id, answer))

    async def view(request: web.Request) -> web.Response:
        sdp = await request.text()
        peer_id = request.match_info["id"]
        answer = await worker.offer(peer_id, "receive", sdp, profile)
        return web.Response(text=change_answer(peer_id, answer))

    app = web.Application()
    app.router.add_get("/", show)
    app.router.add_post("/publish/{id}", publish)
    app.router.add_post("/view/{id}", view)
    runner = web.AppRunner(app)
    await runner.setup()
    port = free_port()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield f"http://localhost:{port}/"
    finally:
        await runner.cleanup()
