import { ApiError } from './errors';
import { call, CSRF_HEADERS, errorOf } from './http';
import type { LayersRequest } from './types.gen';

export interface MediaAnswer {
  sdp: string;
  /** Address of the session on the server, to be deleted when done. */
  resource: string;
}

/** Offer and answer of WHIP (RFC 9725) and WHEP. Throws `ApiError`. */
export async function offerMedia(
  address: string,
  sdp: string,
  signal: AbortSignal,
): Promise<MediaAnswer> {
  let response: Response;
  try {
    response = await fetch(address, {
      method: 'POST',
      headers: { 'Content-Type': 'application/sdp', ...CSRF_HEADERS },
      credentials: 'same-origin',
      body: sdp,
      signal,
    });
  } catch {
    throw ApiError.offline();
  }
  if (!response.ok) throw await errorOf(response);
  const location = response.headers.get('Location') ?? '';
  // Only the path: behind a proxy the server may not know its own name.
  const resource = new URL(location, new URL(address, response.url)).pathname;
  return { sdp: await response.text(), resource };
}

/**
 * ICE restart of WHIP and WHEP (RFC 9725 section 4.3.3): new credentials of ours for new
 * ones of the server. Repeating it with the same ones is safe. Throws `ApiError`.
 */
export async function restartMedia(
  resource: string,
  fragment: string,
  signal: AbortSignal,
): Promise<string> {
  try {
    const response = await fetch(resource, {
      method: 'PATCH',
      headers: {
        'Content-Type': 'application/trickle-ice-sdpfrag',
        'If-Match': '"*"',
        ...CSRF_HEADERS,
      },
      credentials: 'same-origin',
      body: fragment,
      signal,
    });
    if (!response.ok) throw await errorOf(response);
    return await response.text();
  } catch (thrown) {
    throw thrown instanceof ApiError ? thrown : ApiError.offline();
  }
}

/** Tell the server that a media session is over; also while the page is closing. */
export function deleteMedia(resource: string): void {
  fetch(resource, {
    method: 'DELETE',
    headers: CSRF_HEADERS,
    credentials: 'same-origin',
    keepalive: true,
    // The server notices a peer that is gone by itself, only later.
  }).catch(() => undefined);
}

/** Tell the server what is of use of each slot's picture, px. Throws `ApiError`. */
export const preferLayers = (resource: string, maxHeights: Readonly<Record<string, number>>) => {
  const json: LayersRequest = { max_heights: { ...maxHeights } };
  return call<undefined>('POST', `${resource}/layers`, { json });
};

export const whipAddress = (seminarId: string, source: 'camera' | 'screen') =>
  `/whip/${encodeURIComponent(seminarId)}?source=${source}`;

/** `programme` is one picture and the loudest voice; `seminar` all slots. */
export const whepAddress = (seminarId: string, profile: 'seminar' | 'programme') =>
  `/whep/${encodeURIComponent(seminarId)}${profile === 'seminar' ? '?profile=seminar' : ''}`;
