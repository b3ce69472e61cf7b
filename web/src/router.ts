import { createSubscriber } from 'svelte/reactivity';

export type RouteName =
  | 'login'
  | 'home'
  | 'seminar-new'
  | 'seminar'
  | 'seminar-edit'
  | 'room'
  | 'replay'
  | 'invitation'
  | 'not-found';

export interface Route {
  name: RouteName;
  /** Named parts of the path, decoded: `seminarId`, `sessionId`, `token`. */
  params: Record<string, string>;
  path: string;
  query: URLSearchParams;
}

const ROUTES: [RouteName, RegExp][] = [
  ['login', /^\/login$/],
  ['home', /^\/$/],
  ['seminar-new', /^\/seminars\/new$/],
  ['seminar-edit', /^\/seminars\/(?<seminarId>[^/]+)\/edit$/],
  ['seminar', /^\/seminars\/(?<seminarId>[^/]+)$/],
  ['room', /^\/room\/(?<seminarId>[^/]+)$/],
  ['replay', /^\/replay\/(?<sessionId>[^/]+)$/],
  ['invitation', /^\/j\/(?<token>[^/]+)$/],
];

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** The route of an address such as `/room/sem_1?tab=chat`; never fails. */
export function matchRoute(address: string): Route {
  const url = new URL(address, 'http://localhost');
  const path = url.pathname.replace(/(.)\/+$/, '$1');
  for (const [name, pattern] of ROUTES) {
    const match = pattern.exec(path);
    if (match) {
      const parts = Object.entries(match.groups ?? {});
      const params = Object.fromEntries(parts.map(([k, v]) => [k, decode(v)]));
      return { name, params, path, query: url.searchParams };
    }
  }
  return { name: 'not-found', params: {}, path, query: url.searchParams };
}

/** What the router needs of the browser; a test gives its own. */
export interface Place {
  address(): string;
  push(address: string): void;
  replace(address: string): void;
  onPop(listener: () => void): () => void;
}

export class Router {
  readonly #place: Place;
  readonly #listeners = new Set<() => void>();
  readonly #subscribe: () => void;
  #route: Route;

  constructor(place: Place) {
    this.#place = place;
    this.#route = matchRoute(place.address());
    this.#subscribe = createSubscriber((update) => this.listen(update));
    place.onPop(() => this.#changed());
  }

  /** The route now; tracked when read in an effect or a template. */
  get route(): Route {
    this.#subscribe();
    return this.#route;
  }

  /** Go to an address of this application. */
  go(address: string): void {
    this.#place.push(address);
    this.#changed();
  }

  /** Go without leaving the present address in the history. */
  replace(address: string): void {
    this.#place.replace(address);
    this.#changed();
  }

  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #changed(): void {
    this.#route = matchRoute(this.#place.address());
    for (const listener of this.#listeners) listener();
  }
}

function browserPlace(): Place {
  return {
    address: () => location.pathname + location.search,
    push: (address) => history.pushState(null, '', address),
    replace: (address) => history.replaceState(null, '', address),
    onPop: (listener) => {
      addEventListener('popstate', listener);
      return () => removeEventListener('popstate', listener);
    },
  };
}

const nowhere: Place = {
  address: () => '/',
  push: () => undefined,
  replace: () => undefined,
  onPop: () => () => undefined,
};

export const router = new Router(typeof history === 'undefined' ? nowhere : browserPlace());

/**
 * The address of a click on a link that the router should follow, or null when it is
 * the browser's: another origin, a new tab, a download, a file of the server.
 */
export function followedAddress(event: MouseEvent, origin: string): string | null {
  const isPlain =
    event.button === 0 && !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);
  if (!isPlain || event.defaultPrevented) return null;
  const link = (event.target as Element | null)?.closest('a');
  if (!link || !link.href || link.target || link.hasAttribute('download')) return null;
  const url = new URL(link.href);
  if (url.origin !== origin || url.hash || /^\/(api|hls)\//.test(url.pathname)) {
    return null;
  }
  return url.pathname + url.search;
}
