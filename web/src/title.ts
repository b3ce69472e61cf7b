const PRODUCT = 'Hallcast';

/** Name the tab, e.g. after the seminar on the page. */
export function setTitle(title: string): void {
  document.title = title === '' ? PRODUCT : `${title} · ${PRODUCT}`;
}
