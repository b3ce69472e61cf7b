import type { ErrorBody, FieldError } from './types.gen';

/**
 * A refusal by the server, or no answer from it (`code` "offline", `status` 0).
 * `code` and `args` make the sentence for the person: see `i18n/error-sentence`.
 */
export class ApiError extends Error {
  readonly code: string;
  readonly args: Record<string, string | number>;
  readonly fields: FieldError[];
  readonly status: number;

  constructor(body: ErrorBody, status: number) {
    super(body.message);
    this.name = 'ApiError';
    this.code = body.code;
    this.args = body.args;
    this.fields = body.fields;
    this.status = status;
  }

  static offline(): ApiError {
    return new ApiError(localError('offline', 'no answer from the server'), 0);
  }
}

/** An error this browser made itself, in the shape of the server's. */
export function localError(code: string, message: string): ErrorBody {
  return { code, message, args: {}, fields: [] };
}

/** Whether a decoded JSON value is an `ErrorBody`; foreign proxies answer otherwise. */
export function isErrorBody(value: unknown): value is ErrorBody {
  const body = value as Partial<ErrorBody> | null;
  return (
    typeof body === 'object' &&
    body !== null &&
    typeof body.code === 'string' &&
    typeof body.message === 'string'
  );
}

/** Fill what an older or foreign server may leave out. */
export function completeErrorBody(body: ErrorBody): ErrorBody {
  const partial: Partial<ErrorBody> & Pick<ErrorBody, 'code' | 'message'> = body;
  return {
    code: partial.code,
    message: partial.message,
    args: partial.args ?? {},
    fields: partial.fields ?? [],
  };
}
