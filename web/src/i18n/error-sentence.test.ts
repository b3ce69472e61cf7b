import { beforeAll, describe, expect, it } from 'vitest';
import { ApiError, localError } from '../api/errors';
import { errorSentence } from './error-sentence';
import { i18n } from './i18n.svelte';
import { LOCALES } from './locales';

/** Every code of the contract with the server. */
const CODES =
  'bad_request not_logged_in wrong_password too_many_tries forbidden not_found link_wrong ' +
  'link_expired seminar_full removed session_not_live session_over already_in_state ' +
  'chat_locked hands_locked not_in_queue floor_busy poll_closed poll_not_found ' +
  'already_voted choice_invalid pdf_unreadable pdf_encrypted pdf_too_long file_too_big ' +
  'rate_limited media_unavailable no_common_codec recorder_unavailable no_recording ' +
  'internal offline device_refused device_absent device_busy device_insecure ' +
  'device_failed screen_refused screen_unsupported webrtc_unsupported';
const ARGS = { wait_s: 21, capacity: 1500, limit: 2, limit_mb: 50 };

beforeAll(async () => {
  await i18n.need('errors');
});

describe.each(LOCALES)('errors in %s', (locale) => {
  it.each(CODES.split(' '))('have a sentence for %s', async (code) => {
    await i18n.setLocale(locale);
    const error = new ApiError({ ...localError(code, ''), args: ARGS }, 400);
    expect(errorSentence(error)).toMatch(/^[\p{Lu}\d].*[.]$/su);
    expect(errorSentence(error)).not.toContain('{');
  });
});

describe('errorSentence', () => {
  it('tells of anything unknown that it is on our side', async () => {
    await i18n.setLocale('en');
    const internal = i18n.t('error-internal');
    for (const thrown of [new TypeError('x'), null, 'x', { code: 'never_heard' }]) {
      expect(errorSentence(thrown)).toBe(internal);
    }
  });

  it('names the limit that was passed', async () => {
    await i18n.setLocale('ru');
    const error = new ApiError({ ...localError('too_many_tries', ''), args: { wait_s: 22 } }, 429);
    expect(errorSentence(error)).toContain('22 секунды');
  });

  it('knows the reasons of devices', async () => {
    await i18n.setLocale('en');
    expect(errorSentence({ code: 'device_busy' })).toContain('Another program');
  });
});
