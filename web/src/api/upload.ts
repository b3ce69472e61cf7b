import { ApiError, completeErrorBody, isErrorBody, localError } from './errors';
import { CSRF_HEADERS } from './http';
import type { DeckInfo } from './types.gen';

/**
 * Send a PDF and hear how far it is (0 to 1); `fetch` can't tell that. Throws `ApiError`.
 */
export function uploadPdf(
  seminarId: string,
  pdf: Blob,
  title: string,
  onProgress: (share: number) => void,
): Promise<DeckInfo> {
  const request = new XMLHttpRequest();
  const query = new URLSearchParams({ title });
  request.open('POST', `/api/seminars/${encodeURIComponent(seminarId)}/decks?${query}`);
  request.setRequestHeader('Content-Type', 'application/pdf');
  for (const [name, value] of Object.entries(CSRF_HEADERS)) {
    request.setRequestHeader(name, value);
  }
  request.responseType = 'json';
  request.upload.onprogress = ({ loaded, total }) => onProgress(total > 0 ? loaded / total : 0);
  return new Promise((resolve, reject) => {
    request.onload = () => {
      if (request.status < 300) resolve(request.response as DeckInfo);
      else reject(refusal(request.response, request.status));
    };
    request.onerror = () => reject(ApiError.offline());
    request.onabort = () => reject(ApiError.offline());
    request.send(pdf);
  });
}

function refusal(body: unknown, status: number): ApiError {
  if (isErrorBody(body)) return new ApiError(completeErrorBody(body), status);
  // A proxy in front of us has its own limit and its own page.
  const error = localError(status === 413 ? 'file_too_big' : 'internal', `HTTP ${status}`);
  return new ApiError({ ...error, args: { limit_mb: 0 } }, status);
}
