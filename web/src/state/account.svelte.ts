import * as api from '../api/endpoints';
import { i18n } from '../i18n';
import type { AccountRole, Locale, Me, Person } from '../api/types.gen';
import { browserShelf } from './shelf';

/** Who is logged in. Starts empty; `load` asks the server. */
export class Account {
  me = $state.raw<Me | null>(null);

  get person(): Person | null {
    return this.me?.person ?? null;
  }

  get isDemo(): boolean {
    return this.me?.is_demo ?? false;
  }

  /** Why `load` failed; null once it did not. */
  problem = $state.raw<unknown>(null);

  /** Ask the server who this is. Never throws: see `problem`. */
  async load(): Promise<void> {
    try {
      this.me = await api.getMe();
      this.problem = null;
      await this.#speakTheirLanguage();
    } catch (error) {
      this.problem = error;
    }
  }

  async login(email: string, password: string): Promise<void> {
    this.#enter(await api.login({ email, password }));
  }

  async demoLogin(role: AccountRole): Promise<void> {
    this.#enter(await api.demoLogin(role));
  }

  /** Come in by a link: visitors give their name, who is logged in stays who they are. */
  async acceptInvitation(
    token: string,
    guest?: { name: string; post: string; centre_id: string | null; locale: Locale },
  ): Promise<void> {
    this.#enter(await api.acceptInvitation(token, guest));
  }

  async logout(): Promise<void> {
    await api.logout();
    if (this.me) this.me = { ...this.me, person: null };
  }

  /** Show another language, and keep it here and with the account (for mails). */
  async chooseLocale(locale: Locale): Promise<void> {
    browserShelf.set('locale', locale);
    await i18n.setLocale(locale);
    if (!this.person) return;
    await api.putLocale(locale);
    this.#enter({ ...this.person, locale });
  }

  /** The account's language, unless another was chosen on this device. */
  async #speakTheirLanguage(): Promise<void> {
    // Visitors of the demo borrow accounts; their browser knows their language.
    if (!this.person || this.isDemo || browserShelf.get('locale') !== null) return;
    await i18n.setLocale(this.person.locale);
  }

  #enter(person: Person): void {
    this.me = {
      person,
      is_demo: this.isDemo,
      academy: this.me?.academy ?? '',
      server_time_ms: this.me?.server_time_ms ?? Date.now(),
    };
    // The page is shown meanwhile; a chunk that does not come leaves it as it is.
    this.#speakTheirLanguage().catch(() => undefined);
  }
}

export const account = new Account();
