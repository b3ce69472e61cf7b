import { describe, expect, it } from 'vitest';
import { readWay } from './way';

const report = (local: object, pair: object = {}, hasTransport = true) => [
  ...(hasTransport ? [{ type: 'transport', id: 't', selectedCandidatePairId: 'p2' }] : []),
  { type: 'candidate-pair', id: 'p1', localCandidateId: 'other', nominated: true },
  { type: 'candidate-pair', id: 'p2', localCandidateId: 'mine', ...pair },
  { type: 'local-candidate', id: 'other', candidateType: 'host', protocol: 'udp' },
  { type: 'local-candidate', id: 'mine', ...local },
];

describe('readWay', () => {
  it.each([
    ['direct', { candidateType: 'host', protocol: 'udp' }],
    ['direct', { candidateType: 'srflx', protocol: 'udp' }],
    ['tcp', { candidateType: 'prflx', protocol: 'tcp' }],
    ['relay', { candidateType: 'relay', protocol: 'udp', relayProtocol: 'tls' }],
  ] as const)('is %s for %o', (way, local) => {
    expect(readWay(report(local))).toBe(way);
  });

  it('takes the pair that Firefox marks', () => {
    const local = { candidateType: 'host', protocol: 'tcp' };
    expect(readWay(report(local, { selected: true }, false))).toBe('tcp');
  });

  it('is not known before a pair is selected', () => {
    expect(readWay([{ type: 'transport', id: 't' }])).toBeNull();
    expect(readWay([])).toBeNull();
  });
});
