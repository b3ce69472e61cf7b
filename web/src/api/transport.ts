import type { ErrorBody, Hello } from './types.gen';

/** What carries messages: Socket.IO in the browser, a script in tests. */
export interface Transport {
  connect(hello: Hello): void;
  disconnect(): void;
  /** Ask and wait for the ack; rejects when the connection ends or time runs out. */
  ask(name: string, body: unknown, timeoutMs: number): Promise<unknown>;
}

export interface TransportListener {
  onConnected(): void;
  /** `refusal` is what the server said no with; null is a failure of the line. */
  onFailed(refusal: ErrorBody | null): void;
  onDropped(): void;
  onMessage(name: string, body: unknown): void;
}

export type MakeTransport = (listener: TransportListener) => Transport;
