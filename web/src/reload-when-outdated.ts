const KEY = 'hallcast.reloaded-at-ms';
/** A second failure sooner than this is not cured by loading again. */
const ONCE_PER_MS = 60_000;

/**
 * A page left open over an upgrade asks for chunks that are no longer there: load the
 * new build, once, rather than showing an apology. When it is the line that is down the
 * page stays: what it has is all that the person has.
 */
export function reloadWhenOutdated(): void {
  addEventListener('vite:preloadError', () => {
    const last = Number(sessionStorage.getItem(KEY) ?? 0);
    if (Date.now() - last < ONCE_PER_MS) return;
    void isOutdated().then((is) => {
      if (!is) return;
      sessionStorage.setItem(KEY, String(Date.now()));
      location.reload();
    });
  });
}

/** Whether the server has another build than this page's. */
async function isOutdated(): Promise<boolean> {
  const own = document.querySelector('script[type="module"][src]')?.getAttribute('src');
  try {
    const response = await fetch('/', { cache: 'no-store' });
    return response.ok && !!own && !(await response.text()).includes(own);
  } catch {
    return false;
  }
}
