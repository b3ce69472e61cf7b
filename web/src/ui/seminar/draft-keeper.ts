// Keeps what is typed over reloads and wrong turns, until it is saved.
import type { DraftFields } from './draft';

const key = (seminarId: string | undefined) => `hallcast.draft.${seminarId ?? 'new'}`;

export function keptFields(seminarId: string | undefined): DraftFields | null {
  try {
    return JSON.parse(sessionStorage.getItem(key(seminarId)) ?? 'null') as DraftFields | null;
  } catch {
    return null;
  }
}

export function keepFields(seminarId: string | undefined, fields: DraftFields): void {
  try {
    sessionStorage.setItem(key(seminarId), JSON.stringify(fields));
  } catch {
    // Storage refused: the page itself still holds everything.
  }
}

export function forgetFields(seminarId: string | undefined): void {
  try {
    sessionStorage.removeItem(key(seminarId));
  } catch {
    // Nothing was kept.
  }
}
