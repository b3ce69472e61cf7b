/**
 * The kit: every control of the product, on the platform's own elements.
 *
 * - Colours, sizes and schemes: styles/tokens.css. Anything that stands on the dark
 *   stage goes inside an element with class `on-stage`; the same components then fit.
 * - Words come in as props, already translated; only TextSize, ThemeSwitch and
 *   LocaleSwitch bring their own (`kit-*` in common.ftl).
 * - `Button` variants: primary (one a screen), quiet, danger, plain; with `href` it is
 *   a link. `IconButton` always has a `label`; `text` shows it; `pressed` makes a toggle.
 * - `Dialog` is a modal <dialog>: bind:open, title, children, actions.
 * - `TextField`, `Select`, `Checkbox` take `error` and `hint`; `ErrorSummary` lists
 *   the same problems on top of the form and leads to the fields by their ids.
 * - `Tabs` (roving focus) draws one panel; `Menu` is a popover with arrow keys.
 * - `showToast({ text, tone, action })` for notes that may be missed; `Banner` for what
 *   stays until it is settled.
 * - `appearance.start()` once at start-up sets theme and text size on <html>.
 */

export { appearance } from './appearance.svelte';
export { default as Banner } from './Banner.svelte';
export { default as Button } from './Button.svelte';
export { default as Card } from './Card.svelte';
export { default as Checkbox } from './Checkbox.svelte';
export { default as DataTable, type Column } from './DataTable.svelte';
export { default as Dialog } from './Dialog.svelte';
export { default as EmptyState } from './EmptyState.svelte';
export { default as ErrorSummary, type FieldProblem } from './ErrorSummary.svelte';
export { default as Field, type FieldControl } from './Field.svelte';
export { default as Icon } from './Icon.svelte';
export { type IconName } from './icon-names';
export { default as IconButton } from './IconButton.svelte';
export { default as LocaleSwitch } from './LocaleSwitch.svelte';
export { default as Menu, type MenuItem } from './Menu.svelte';
export { default as ProgressBar } from './ProgressBar.svelte';
export { default as Select, type Choice } from './Select.svelte';
export { default as Skeleton } from './Skeleton.svelte';
export { default as Tabs, type Tab } from './Tabs.svelte';
export { default as Tag } from './Tag.svelte';
export { default as TextField } from './TextField.svelte';
export { default as TextSize } from './TextSize.svelte';
export { default as ThemeSwitch } from './ThemeSwitch.svelte';
export { default as ToastRegion } from './ToastRegion.svelte';
export { dismissToast, showToast } from './toasts.svelte';
