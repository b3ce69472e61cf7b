/** Makes a bar fit whatever the language and text size: it gives up words step by step. */
import { tick } from 'svelte';
import type { Attachment } from 'svelte/attachments';
import { i18n } from '../../i18n';
import { appearance } from '../kit/appearance.svelte';

export class Fit {
  /** 0 shows everything; each step more leaves something out. */
  level = $state(0);
  readonly #most: number;
  #turn = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** For the bar: one line of items that do not shrink. `also` is what changes its content. */
  watch(also: () => unknown): Attachment<HTMLElement> {
    return (bar) => {
      const observer = new ResizeObserver(() => void this.#measure(bar));
      observer.observe(bar);
      $effect(() => {
        void [i18n.locale, appearance.textPercent, also()];
        void this.#measure(bar);
      });
      return () => observer.disconnect();
    };
  }

  async #measure(bar: HTMLElement): Promise<void> {
    const turn = ++this.#turn;
    for (let level = 0; level <= this.#most; level += 1) {
      this.level = level;
      await tick();
      if (turn !== this.#turn || bar.scrollWidth <= bar.clientWidth) return;
    }
  }
}
