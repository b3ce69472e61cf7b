import { createSubscriber } from 'svelte/reactivity';

/** The time of this device, tracked where it is read, anew every `everyMs`. */
export function ticking(everyMs: number): { readonly nowMs: number } {
  const subscribe = createSubscriber((update) => {
    const timer = setInterval(update, everyMs);
    return () => clearInterval(timer);
  });
  return {
    get nowMs() {
      subscribe();
      return Date.now();
    },
  };
}
