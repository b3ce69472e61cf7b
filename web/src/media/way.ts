/** How the packets of a connection come: `direct` is UDP to the server itself. */
export type Way = 'direct' | 'tcp' | 'relay';

type Stat = Record<string, unknown> & { type: string };

/** Read it from a stats report; null before a candidate pair was selected. */
export function readWay(report: Iterable<Stat>): Way | null {
  const stats = [...report];
  const transport = stats.find(({ type }) => type === 'transport');
  const pairs = stats.filter(({ type }) => type === 'candidate-pair');
  // Firefox has no transport; it marks the pair in a member of its own.
  const pair =
    pairs.find(({ id }) => id === transport?.['selectedCandidatePairId']) ??
    pairs.find(({ selected }) => selected === true);
  const local = stats.find(({ id }) => pair && id === pair['localCandidateId']);
  if (!local) return null;
  if (local['candidateType'] === 'relay') return 'relay';
  return local['protocol'] === 'tcp' ? 'tcp' : 'direct';
}
