"""Control requests -> one call on the worker; exceptions -> failures."""

from __future__ import annotations

import logging
from typing import assert_never

from media.protocol import (
    Answered,
    Command,
    Done,
    Dump,
    Failure,
    PeerClose,
    PeerInfo,
    PeerOffer,
    PeerRestart,
    PublicationPause,
    RelayClose,
    RelayOpen,
    Reply,
    Request,
    Restarted,
    Result,
    RouterClose,
    RouterOpen,
    SinkClose,
    SinkOpen,
    SinkOpened,
    SlotAssign,
    StatsGet,
    ViewerPrefer,
    WorkerDrain,
    WorkerDump,
)
from media.sfu.errors import UnknownPublicationError, UnknownSlotError
from media.transport.sdp import NoCommonCodecError, SdpError
from media.worker import Worker, WorkerFullError

log = logging.getLogger(__name__)


def handle(worker: Worker, request: Request) -> Reply:
    """Carry out a request; whatever happens there is one reply."""
    result: Result | Failure
    try:
        result = execute(worker, request.command)
    except NoCommonCodecError as error:
        result = Failure(code="no_common_codec", message=str(error))
    except SdpError as error:
        result = Failure(code="bad_sdp", message=str(error))
    except WorkerFullError as error:
        result = Failure(code="full", message=str(error))
    except (KeyError, UnknownPublicationError, UnknownSlotError) as error:
        result = Failure(code="not_found", message=f"unknown: {error}")
    except OSError as error:
        result = Failure(code="not_found", message=f"no such socket: {error.strerror}")
    except Exception as error:
        log.exception("request %s failed", type(request.command).__name__)
        result = Failure(code="internal", message=type(error).__name__)
    worker.flush()
    return Reply(id=request.id, result=result)


def execute(worker: Worker, command: Command) -> Result:
    """Carry out one command; raises what the worker raises."""
    match command:
        case WorkerDump():
            return dump(worker)
        case StatsGet():
            return worker.routers[command.router_id].stats()
        case PeerOffer():
            answer_sdp, etag = worker.open_peer(command)
            return Answered(answer_sdp=answer_sdp, etag=etag)
        case PeerRestart():
            fragment, etag = worker.restart_peer(command.peer_id, command.remote_ufrag)
            return Restarted(fragment=fragment, etag=etag)
        case SinkOpen():
            streams = worker.open_sink(
                command.router_id, command.sink_id, command.path, command.slots
            )
            return SinkOpened(streams=streams)
        case RelayOpen() | RelayClose() | WorkerDrain():
            _arrange(worker, command)
            return Done()
        case _:
            _change(worker, command)
            return Done()


def _arrange(worker: Worker, command: RelayOpen | RelayClose | WorkerDrain) -> None:
    """What concerns several workers."""
    match command:
        case RelayOpen():
            worker.relays.open_relay(command)
        case RelayClose():
            worker.relays.close_relay(command.relay_id)
        case WorkerDrain():
            worker.drain()


def _change(
    worker: Worker,
    command: RouterOpen
    | RouterClose
    | PeerClose
    | ViewerPrefer
    | SlotAssign
    | PublicationPause
    | SinkClose,
) -> None:
    match command:
        case RouterOpen():
            worker.open_router(command.router_id, is_replica=command.is_replica)
        case RouterClose():
            worker.close_router(command.router_id)
        case PeerClose():
            worker.close_peer(command.peer_id)
        case ViewerPrefer():
            worker.prefer(command.peer_id, command.max_heights)
        case SlotAssign():
            router = worker.routers[command.router_id]
            router.assign(command.slot, command.publication_id)
        case PublicationPause():
            router = worker.router_of(command.publication_id)
            router.pause(command.publication_id, command.paused)
        case SinkClose():
            worker.close_sink(command.sink_id)
        case _:
            assert_never(command)


def dump(worker: Worker) -> Dump:
    """Tell everything a restarted web process needs to know."""
    routers = worker.routers.values()
    return Dump(
        routers=tuple(worker.routers),
        peers=tuple(
            PeerInfo(
                peer_id=peer.peer_id,
                router_id=peer.router_id,
                direction=peer.direction,
                state=peer.state,
            )
            for peer in worker.peers.values()
        ),
        publications=tuple(
            publication for router in routers for publication in router.publications()
        ),
        slots=tuple(slot for router in routers for slot in router.slots()),
        sinks=tuple(worker.sinks),
        replicas=tuple(worker.replicas),
        relays=worker.relays.infos,
        is_draining=worker.is_draining,
    )
