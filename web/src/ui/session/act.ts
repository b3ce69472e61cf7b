/** Sends a command of the moment; a refusal becomes a sentence on the screen. */
import type { Command } from '../../api/types.gen';
import { errorSentence } from '../../i18n';
import type { Room } from '../../state/room.svelte';
import { showToast } from '../kit/toasts.svelte';

/** Resolves to whether the server did it. */
export async function act(room: Room, command: Command): Promise<boolean> {
  try {
    await room.send(command);
    return true;
  } catch (error) {
    showToast({ text: errorSentence(error), tone: 'problem' });
    return false;
  }
}
