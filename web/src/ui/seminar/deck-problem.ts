import { ApiError, localError } from '../../api/errors';
import { errorSentence, t } from '../../i18n';

/** Why slides are not there. A deck tells only the code, so without the server's limits. */
export function deckSentence(error: unknown): string {
  if (error instanceof ApiError && error.code === 'pdf_too_long' && !('limit' in error.args)) {
    return t('edit-slides-too-long');
  }
  return errorSentence(error);
}

export function deckError(code: string | null): ApiError {
  return new ApiError(localError(code ?? 'pdf_unreadable', 'rendering failed'), 0);
}
