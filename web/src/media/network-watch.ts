/** `type` is there on phones only, where Wi-Fi and mobile change. */
interface NetworkInformation extends EventTarget {
  readonly type?: string;
}

/** Call back when this device has a network again or another one; the answer stops it. */
export function watchNetwork(onChange: () => void): () => void {
  const network = (navigator as { connection?: NetworkInformation }).connection;
  let type = network?.type;
  // `change` tells of every new estimate of the line's speed as well.
  const typeChanged = () => {
    if (network?.type === type) return;
    type = network?.type;
    if (type !== 'none') onChange();
  };
  window.addEventListener('online', onChange);
  network?.addEventListener('change', typeChanged);
  return () => {
    window.removeEventListener('online', onChange);
    network?.removeEventListener('change', typeChanged);
  };
}
