import { i18n, t } from '../../i18n';
import { offsetName } from './zones';

/** "Kazakhstan (UTC+5)": the zone in the person's words, else by its city. */
export function zoneName(zone: string, atMs: number): string {
  const id = `zone-${zone.replaceAll('/', '-')}`;
  const city = zone.split('/').at(-1)?.replaceAll('_', ' ') ?? zone;
  const name = i18n.has(id) ? t(id) : city;
  const offset = offsetName(zone, atMs);
  return name === offset ? name : `${name} (${offset})`;
}
