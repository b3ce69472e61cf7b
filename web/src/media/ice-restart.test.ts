import { describe, expect, it } from 'vitest';
import { restartedAnswer, restartFragment } from './ice-restart';

const crlf = (text: string) => text.trimStart().replaceAll('\n', '\r\n');

const OFFER = crlf(`
v=0
a=group:BUNDLE 0 1
a=msid-semantic: WMS
m=audio 9 UDP/TLS/RTP/SAVPF 111
a=ice-ufrag:newU
a=ice-pwd:newPassword
a=ice-options:trickle
a=mid:0
m=video 9 UDP/TLS/RTP/SAVPF 96
a=ice-ufrag:newU
a=ice-pwd:newPassword
a=mid:1
`);
const ANSWER = crlf(`
v=0
a=ice-lite
m=audio 9 UDP/TLS/RTP/SAVPF 111
a=mid:0
a=ice-ufrag:old
a=ice-pwd:oldPassword
a=setup:passive
a=candidate:1 1 udp 1 192.0.2.1 42000 typ host
a=end-of-candidates
a=sendonly
m=video 9 UDP/TLS/RTP/SAVPF 96
a=ice-ufrag:old
a=ice-pwd:oldPassword
a=candidate:1 1 udp 1 192.0.2.1 42000 typ host
a=end-of-candidates
m=video 0 UDP/TLS/RTP/SAVPF 96
a=inactive
`);
const FRAGMENT = crlf(`
a=ice-lite
m=audio 9 UDP/TLS/RTP/SAVPF 111
a=mid:0
a=ice-ufrag:fresh
a=ice-pwd:freshPassword
a=candidate:1 1 udp 1 192.0.2.9 42000 typ host
a=end-of-candidates
`);

describe('ICE restart', () => {
  it('tells the server the new credentials under the first section', () => {
    expect(restartFragment(OFFER)).toBe(
      crlf(`
a=group:BUNDLE 0 1
m=audio 9 UDP/TLS/RTP/SAVPF 111
a=mid:0
a=ice-ufrag:newU
a=ice-pwd:newPassword
`),
    );
  });

  it('puts the new credentials and candidates into every section that had some', () => {
    expect(restartedAnswer(ANSWER, FRAGMENT)).toBe(
      crlf(`
v=0
a=ice-lite
m=audio 9 UDP/TLS/RTP/SAVPF 111
a=mid:0
a=ice-ufrag:fresh
a=ice-pwd:freshPassword
a=candidate:1 1 udp 1 192.0.2.9 42000 typ host
a=end-of-candidates
a=setup:passive
a=sendonly
m=video 9 UDP/TLS/RTP/SAVPF 96
a=ice-ufrag:fresh
a=ice-pwd:freshPassword
a=candidate:1 1 udp 1 192.0.2.9 42000 typ host
a=end-of-candidates
m=video 0 UDP/TLS/RTP/SAVPF 96
a=inactive
`),
    );
  });

  it('keeps the known candidates when the fragment names none', () => {
    const answer = restartedAnswer(ANSWER, 'a=ice-ufrag:x\r\na=ice-pwd:y\r\n');
    expect(answer.match(/192\.0\.2\.1 /g)).toHaveLength(2);
    expect(answer).not.toContain('old');
  });

  it('refuses what is no fragment, a page of a proxy for one', () => {
    expect(() => restartedAnswer(ANSWER, '<html></html>')).toThrow('ICE credentials');
  });
});
