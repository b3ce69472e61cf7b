import type { Component } from 'svelte';
import type { Area } from './i18n/locales';
import type { Route, RouteName } from './router';

type Params = Route['params'];
type PageComponent = Component<Params>;

export interface Page {
  /** Fluent id of the tab's title until the page sets its own. */
  title: string;
  areas: Area[];
  /** Whether a visitor without an account may see it. */
  isPublic: boolean;
  /** Without the header and its menu: the room fills the window. */
  isBare: boolean;
  load: () => Promise<PageComponent>;
}

// Each page declares the params it takes, all strings of the path.
const component = (module: { default: unknown }) => module.default as PageComponent;

const plain = { areas: ['pages'] satisfies Area[], isPublic: false, isBare: false };

export const PAGES: Record<RouteName, Page> = {
  login: {
    ...plain,
    title: 'title-login',
    isPublic: true,
    load: async () => component(await import('./ui/pages/Login.svelte')),
  },
  home: {
    ...plain,
    title: 'title-home',
    load: async () => component(await import('./ui/pages/Home.svelte')),
  },
  'seminar-new': {
    ...plain,
    title: 'title-seminar-new',
    load: async () => component(await import('./ui/pages/SeminarEdit.svelte')),
  },
  'seminar-edit': {
    ...plain,
    title: 'title-seminar-edit',
    load: async () => component(await import('./ui/pages/SeminarEdit.svelte')),
  },
  seminar: {
    ...plain,
    title: 'title-seminar',
    load: async () => component(await import('./ui/pages/SeminarPage.svelte')),
  },
  room: {
    ...plain,
    title: 'title-room',
    areas: ['room', 'cockpit'],
    isBare: true,
    load: async () => component(await import('./ui/pages/Room.svelte')),
  },
  replay: {
    ...plain,
    title: 'title-replay',
    areas: ['pages', 'room', 'replay'],
    isBare: true,
    load: async () => component(await import('./ui/pages/Replay.svelte')),
  },
  invitation: {
    ...plain,
    title: 'title-invitation',
    isPublic: true,
    load: async () => component(await import('./ui/pages/Invitation.svelte')),
  },
  'not-found': {
    ...plain,
    title: 'title-not-found',
    isPublic: true,
    load: async () => component(await import('./ui/pages/NotFound.svelte')),
  },
};
