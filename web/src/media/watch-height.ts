/** Where the height of a picture's element is told, in device pixels. */
export interface HeightListener {
  show(place: object, px: number): void;
  leave(place: object): void;
}

/** To be attached to elements; as an attachment it must stay the same for one slot. */
export type HeightWatcher = (element: HTMLElement) => () => void;

/** Finer screens are phones, where no eye sees the difference but the line does. */
const MOST_RATIO = 2;

export function watchHeight(listener: HeightListener): HeightWatcher {
  return (element) => {
    const observer = new ResizeObserver(() => {
      listener.show(element, element.clientHeight * Math.min(devicePixelRatio, MOST_RATIO));
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
      listener.leave(element);
    };
  };
}
