import { mount } from 'svelte';
import App from './App.svelte';
import { i18n, preferredLocale } from './i18n';
import { account } from './state/account.svelte';
import { PAGES } from './pages';
import { reloadWhenOutdated } from './reload-when-outdated';
import { router } from './router';
import { browserShelf } from './state/shelf';
import { appearance } from './ui/kit/appearance.svelte';
import './styles/tokens.css';
import './styles/base.css';

async function start(): Promise<void> {
  reloadWhenOutdated();
  appearance.start();
  const wanted = [browserShelf.get('locale') ?? '', ...navigator.languages];
  const page = PAGES[router.route.name];
  await i18n.need('common', 'errors', ...page.areas);
  // The page's code comes beside its texts; when it does not, `App` says so.
  page.load().catch(() => undefined);
  // The texts don't wait for the server: what can be said is said at once.
  const texts = i18n.setLocale(preferredLocale(wanted));
  const entry = account.load();
  await texts;
  await entry;
  const target = document.getElementById('app');
  if (target) mount(App, { target });
}

void start();
