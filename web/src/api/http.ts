import { ApiError, completeErrorBody, isErrorBody, localError } from './errors';

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/** Proof of same origin that the server asks for on every call that changes something. */
export const CSRF_HEADERS = { 'X-Requested-With': 'hallcast' };

export interface RawBody {
  data: Blob;
  type: string;
}

export type Body = { json: unknown } | RawBody | undefined;

const CODES: Record<number, string> = {
  401: 'not_logged_in',
  403: 'forbidden',
  404: 'not_found',
  413: 'file_too_big',
  429: 'rate_limited',
};

/** The error in an answer; a proxy's page without `ErrorBody` is told by its status. */
export async function errorOf(response: Response): Promise<ApiError> {
  const text = await response.text();
  try {
    const body: unknown = JSON.parse(text);
    if (isErrorBody(body)) {
      return new ApiError(completeErrorBody(body), response.status);
    }
  } catch {
    // Not JSON: fall through to the status.
  }
  const code = CODES[response.status] ?? 'internal';
  const message = `HTTP ${response.status}`;
  return new ApiError(localError(code, message), response.status);
}

function initOf(method: Method, body: Body): RequestInit {
  const headers: Record<string, string> = { Accept: 'application/json' };
  if (method !== 'GET') Object.assign(headers, CSRF_HEADERS);
  const init: RequestInit = { method, headers, credentials: 'same-origin' };
  if (body && 'json' in body) {
    headers['Content-Type'] = 'application/json';
    init.body = JSON.stringify(body.json);
  } else if (body) {
    headers['Content-Type'] = body.type;
    init.body = body.data;
  }
  return init;
}

/** One call of the API. Throws `ApiError`, with code `offline` without an answer. */
export async function call<T>(method: Method, path: string, body?: Body): Promise<T> {
  let response: Response;
  try {
    response = await fetch(path, initOf(method, body));
  } catch {
    throw ApiError.offline();
  }
  if (!response.ok) throw await errorOf(response);
  if (response.status === 204) return undefined as T;
  const text = await response.text();
  return (text === '' ? undefined : JSON.parse(text)) as T;
}
