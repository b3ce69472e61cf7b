import { describe, expect, it } from 'vitest';
import { matchRoute, Router, type Place } from './router';

describe('matchRoute', () => {
  it.each([
    ['/', 'home', {}],
    ['/login?next=%2Froom%2Fsem_1', 'login', {}],
    ['/seminars/new', 'seminar-new', {}],
    ['/seminars/sem_1', 'seminar', { seminarId: 'sem_1' }],
    ['/seminars/sem_1/', 'seminar', { seminarId: 'sem_1' }],
    ['/seminars/sem_1/edit', 'seminar-edit', { seminarId: 'sem_1' }],
    ['/room/sem_1', 'room', { seminarId: 'sem_1' }],
    ['/replay/ses_1', 'replay', { sessionId: 'ses_1' }],
    ['/j/a%2Fb', 'invitation', { token: 'a/b' }],
    ['/j/%E0%A4%A', 'invitation', { token: '%E0%A4%A' }],
    ['/room', 'not-found', {}],
    ['//evil.example/room', 'not-found', {}],
  ])('finds %s', (address, name, params) => {
    const route = matchRoute(address);
    expect([route.name, route.params]).toEqual([name, params]);
  });

  it('keeps the query', () => {
    expect(matchRoute('/login?next=%2F').query.get('next')).toBe('/');
  });
});

function fakePlace(): Place & { history: string[]; back: () => void } {
  const history = ['/'];
  let pop: () => void = () => undefined;
  return {
    history,
    address: () => history.at(-1) ?? '/',
    push: (address) => history.push(address),
    replace: (address) => history.splice(-1, 1, address),
    onPop: (listener) => {
      pop = listener;
      return () => undefined;
    },
    back: () => {
      history.pop();
      pop();
    },
  };
}

describe('Router', () => {
  it('tells its listeners of each move, also back', () => {
    const place = fakePlace();
    const router = new Router(place);
    const seen: string[] = [];
    router.listen(() => seen.push(router.route.path));
    router.go('/login');
    router.replace('/room/sem_1');
    place.back();
    expect(seen).toEqual(['/login', '/room/sem_1', '/']);
  });
});
