import { ApiError } from '../api/errors';
import { i18n } from './i18n.svelte';

/** What to tell the person about anything that was thrown or refused. */
export function errorSentence(error: unknown): string {
  const known =
    error instanceof ApiError || isCoded(error) ? error : { code: 'internal', args: {} };
  const id = `error-${known.code}`;
  return i18n.has(id) ? i18n.t(id, known.args ?? {}) : i18n.t('error-internal');
}

interface Coded {
  code: string;
  args?: Record<string, string | number>;
}

function isCoded(value: unknown): value is Coded {
  return typeof value === 'object' && value !== null && typeof (value as Coded).code === 'string';
}
