import { call } from './http';
import type {
  AccountRole,
  AttendanceReport,
  Centre,
  DeckInfo,
  DeckText,
  GuestRequest,
  IceServers,
  Invitation,
  Locale,
  LoginRequest,
  Me,
  Person,
  Seminar,
  SeminarCard,
  SeminarDraft,
  StreamKeys,
  Timeline,
} from './types.gen';

const id = encodeURIComponent;

export const getMe = () => call<Me>('GET', '/api/me');
export const login = (json: LoginRequest) => call<Person>('POST', '/api/login', { json });
export const demoLogin = (role: AccountRole) =>
  call<Person>('POST', '/api/demo-login', { json: { role } });
export const logout = () => call<undefined>('POST', '/api/logout', { json: {} });
export const putLocale = (locale: Locale) =>
  call<undefined>('PUT', '/api/me/locale', { json: { locale } });

export const getIceServers = () => call<IceServers>('GET', '/api/ice-servers');

export const listCentres = () => call<Centre[]>('GET', '/api/centres');
export const listSeminars = () => call<SeminarCard[]>('GET', '/api/seminars');
export const createSeminar = (json: SeminarDraft) =>
  call<Seminar>('POST', '/api/seminars', { json });
export const getSeminar = (seminarId: string) =>
  call<Seminar>('GET', `/api/seminars/${id(seminarId)}`);
export const updateSeminar = (seminarId: string, json: SeminarDraft) =>
  call<Seminar>('PUT', `/api/seminars/${id(seminarId)}`, { json });

export const uploadDeck = (seminarId: string, pdf: Blob, title: string) =>
  call<DeckInfo>('POST', `/api/seminars/${id(seminarId)}/decks?title=${id(title)}`, {
    data: pdf,
    type: 'application/pdf',
  });
export const getDeck = (deckId: string) => call<DeckInfo>('GET', `/api/decks/${id(deckId)}`);
export const deleteDeck = (deckId: string) => call<undefined>('DELETE', `/api/decks/${id(deckId)}`);
export const getDeckText = (deckId: string) =>
  call<DeckText>('GET', `/api/decks/${id(deckId)}/text`);

export type SlideWidth = 480 | 960 | 1600;
/** Address of a slide's picture; `page` counts from 1. */
export const slideUrl = (deckId: string, page: number, width: SlideWidth) =>
  `/api/decks/${id(deckId)}/${page}-${width}.webp`;
/** Value for `srcset`: the browser takes the width it needs. */
export const slideSrcset = (deckId: string, page: number) =>
  ([480, 960, 1600] as const)
    .map((width) => `${slideUrl(deckId, page, width)} ${width}w`)
    .join(', ');

export const getKeys = (seminarId: string) =>
  call<StreamKeys>('GET', `/api/seminars/${id(seminarId)}/keys`);
export const renewKeys = (seminarId: string) =>
  call<StreamKeys>('POST', `/api/seminars/${id(seminarId)}/keys/renew`, { json: {} });

export const getInvitation = (token: string) =>
  call<Invitation>('GET', `/api/invitations/${id(token)}`);
/** Come in by a link: as a guest, or without `guest` as who is logged in. */
export const acceptInvitation = (token: string, guest?: GuestRequest) =>
  call<Person>('POST', `/api/invitations/${id(token)}`, { json: guest ?? {} });

export const getTimeline = (sessionId: string) =>
  call<Timeline>('GET', `/api/sessions/${id(sessionId)}/timeline`);
export const getAttendance = (sessionId: string) =>
  call<AttendanceReport>('GET', `/api/sessions/${id(sessionId)}/attendance`);
export const attendanceCsvUrl = (sessionId: string) =>
  `/api/sessions/${id(sessionId)}/attendance.csv`;

export type Rendition = 'programme' | 'screen' | 'audio';
export const hlsUrl = (sessionId: string, rendition: Rendition) =>
  `/hls/${id(sessionId)}/${rendition}.m3u8`;
