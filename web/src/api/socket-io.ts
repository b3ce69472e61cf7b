import { io } from 'socket.io-client';
import { completeErrorBody, isErrorBody } from './errors';
import type { MakeTransport } from './transport';
import type { Hello } from './types.gen';

const MESSAGES = [
  'welcome',
  'events',
  'presence',
  'tally',
  'slots',
  'lines',
  'media_shed',
  'media_moved',
] as const;
const CONNECT_TIMEOUT_MS = 10_000;

/**
 * Socket.IO without its own reconnecting: when to try again, and what to ask for then,
 * is decided in `connection.ts`.
 */
export const socketIoTransport: MakeTransport = (listener) => {
  let hello: Hello = { seminar_id: '' };
  const socket = io({
    autoConnect: false,
    reconnection: false,
    forceNew: true,
    // Long polling is the fall-back, for proxies that refuse WebSockets.
    transports: ['websocket', 'polling'],
    tryAllTransports: true,
    timeout: CONNECT_TIMEOUT_MS,
    auth: (give) => give(hello),
  });
  socket.on('connect', () => listener.onConnected());
  socket.on('connect_error', (error: Error & { data?: unknown }) => {
    listener.onFailed(isErrorBody(error.data) ? completeErrorBody(error.data) : null);
  });
  socket.on('disconnect', (reason) => {
    if (reason !== 'io client disconnect') listener.onDropped();
  });
  for (const name of MESSAGES) {
    socket.on(name, (body: unknown) => listener.onMessage(name, body));
  }
  return {
    connect: (next) => {
      hello = next;
      socket.connect();
    },
    disconnect: () => socket.disconnect(),
    ask: (name, body, timeoutMs) => socket.timeout(timeoutMs).emitWithAck(name, body),
  };
};
