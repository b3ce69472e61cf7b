// Short notes that come and go, shown by ToastRegion. Nothing that must be read or
// answered belongs here.

export interface Toast {
  id: number;
  text: string;
  tone: 'info' | 'good' | 'problem';
  /** A way back, such as Undo. */
  action?: { label: string; run: () => void };
}

const STAY_MS = 6_000;
/** Long enough to reach a button by keyboard (WCAG 2.2.1). */
const STAY_WITH_ACTION_MS = 20_000;

export const toasts = $state<Toast[]>([]);
let lastId = 0;

export function showToast(toast: Omit<Toast, 'id' | 'tone'> & { tone?: Toast['tone'] }): void {
  const id = ++lastId;
  toasts.push({ tone: 'info', ...toast, id });
  setTimeout(() => dismissToast(id), toast.action ? STAY_WITH_ACTION_MS : STAY_MS);
}

export function dismissToast(id: number): void {
  const at = toasts.findIndex((toast) => toast.id === id);
  if (at >= 0) toasts.splice(at, 1);
}
