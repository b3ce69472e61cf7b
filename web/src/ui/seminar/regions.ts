import type { Centre } from '../../api/types.gen';

export interface Region {
  region: string;
  members: Centre[];
}

/** Centres under their regions, both in the order the server gives them. */
export function byRegion(centres: readonly Centre[]): Region[] {
  const regions = new Map<string, Centre[]>();
  for (const centre of centres) {
    const members = regions.get(centre.region);
    if (members) members.push(centre);
    else regions.set(centre.region, [centre]);
  }
  return [...regions].map(([region, members]) => ({ region, members }));
}
