export { errorSentence } from './error-sentence';
export { i18n, t } from './i18n.svelte';
export { AREAS, LOCALES, LOCALE_NAMES, preferredLocale } from './locales';
