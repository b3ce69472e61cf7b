import type { Locale } from '../api/types.gen';
import type { FormatTable } from './format';
import type { Area } from './locales';

/** Where texts and tables come from: chunks of the build, one per locale and area. */
export interface Sources {
  text(locale: Locale, area: Area): Promise<string>;
  table(locale: Locale): Promise<FormatTable>;
}

const texts = import.meta.glob<string>('../../locales/*/*.ftl', {
  query: '?raw',
  import: 'default',
});
const tables = import.meta.glob<FormatTable>('./tables/*.json', { import: 'default' });

export const builtSources: Sources = {
  text: async (locale, area) => (await texts[`../../locales/${locale}/${area}.ftl`]?.()) ?? '',
  table: (locale) => {
    const load = tables[`./tables/${locale}.json`];
    if (!load) throw new Error(`no format table for ${locale}`);
    return load();
  },
};
