// Puts a floating element under (or over) the control that opened it. CSS anchors would
// do this, but Firefox ESR does not have them.

const GAP_PX = 4;

export function placeBeside(anchor: HTMLElement, floating: HTMLElement): void {
  const at = anchor.getBoundingClientRect();
  const { width, height } = floating.getBoundingClientRect();
  const fitsBelow = at.bottom + GAP_PX + height <= window.innerHeight;
  const top = fitsBelow ? at.bottom + GAP_PX : Math.max(GAP_PX, at.top - GAP_PX - height);
  const rightmost = window.innerWidth - width - GAP_PX;
  floating.style.top = `${top}px`;
  floating.style.left = `${Math.max(GAP_PX, Math.min(at.left, rightmost))}px`;
}
