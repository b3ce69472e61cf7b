import { ApiError } from './errors';
import { CSRF_HEADERS, errorOf } from './http';
import type { DeckInfo } from './types.gen';

/**
 * Send a PDF and hear how much of it has gone (0 to 1); `fetch` can't tell. Throws
 * `ApiError`. Aborting ends it with code `offline`.
 */
export function uploadPdf(
  seminarId: string,
  pdf: Blob,
  title: string,
  onProgress: (share: number) => void,
  signal?: AbortSignal,
): Promise<DeckInfo> {
  const query = `title=${encodeURIComponent(title)}`;
  const path = `/api/seminars/${encodeURIComponent(seminarId)}/decks?${query}`;
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', path);
    for (const [name, value] of Object.entries(CSRF_HEADERS)) {
      request.setRequestHeader(name, value);
    }
    request.setRequestHeader('Content-Type', 'application/pdf');
    request.upload.onprogress = (event) => onProgress(event.loaded / Math.max(1, event.total));
    request.onerror = request.onabort = () => reject(ApiError.offline());
    request.onload = () => settle(request).then(resolve, reject);
    signal?.addEventListener('abort', () => request.abort());
    request.send(pdf);
  });
}

async function settle(request: XMLHttpRequest): Promise<DeckInfo> {
  const response = new Response(request.responseText, { status: request.status });
  if (!response.ok) throw await errorOf(response);
  return (await response.json()) as DeckInfo;
}
