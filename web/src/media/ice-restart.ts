/**
 * The SDP fragments of an ICE restart (RFC 8840; RFC 9725 section 4.3.3). All media share
 * one transport, so that the first section speaks for all.
 */

const CREDENTIALS = ['a=ice-ufrag:', 'a=ice-pwd:'] as const;
const CANDIDATES = ['a=candidate:', 'a=end-of-candidates'] as const;

const linesOf = (sdp: string) => sdp.split(/\r?\n/).filter((line) => line !== '');
const isOne = (line: string, of: readonly string[]) => of.some((name) => line.startsWith(name));

/** What the server is told of an offer made with `iceRestart`. */
export function restartFragment(offerSdp: string): string {
  const lines = linesOf(offerSdp);
  const first = (name: string) => lines.filter((line) => line.startsWith(name)).slice(0, 1);
  const names = ['a=group:', 'm=', 'a=mid:', ...CREDENTIALS];
  return names.flatMap(first).join('\r\n') + '\r\n';
}

/**
 * The answer that goes with such an offer: the one before with the credentials and
 * candidates of the server's fragment. Throws when the fragment has none.
 */
export function restartedAnswer(answerSdp: string, fragment: string): string {
  const news = linesOf(fragment);
  const [ufrag, password] = CREDENTIALS.map((name) => news.find((line) => line.startsWith(name)));
  if (!ufrag || !password) throw new Error('a fragment without ICE credentials');
  const candidates = news.filter((line) => isOne(line, CANDIDATES));
  return linesOf(answerSdp)
    .filter((line) => candidates.length === 0 || !isOne(line, CANDIDATES))
    .flatMap((line) => {
      if (line.startsWith(CREDENTIALS[0])) return [ufrag];
      if (line.startsWith(CREDENTIALS[1])) return [password, ...candidates];
      return [line];
    })
    .map((line) => `${line}\r\n`)
    .join('');
}
