const KEY = 'hallcast.reloaded-at-ms';
/** A second failure sooner than this is not cured by loading again. */
const ONCE_PER_MS = 60_000;

/**
 * A page left open over an upgrade asks for chunks that are no longer there: load the
 * new build, once, rather than showing an apology.
 */
export function reloadWhenOutdated(): void {
  addEventListener('vite:preloadError', (event) => {
    const last = Number(sessionStorage.getItem(KEY) ?? 0);
    if (Date.now() - last < ONCE_PER_MS) return;
    sessionStorage.setItem(KEY, String(Date.now()));
    event.preventDefault();
    location.reload();
  });
}
