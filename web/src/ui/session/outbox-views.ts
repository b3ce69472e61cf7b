/** What of the outbox a screen shows: words and votes on their way. */
import type { OutboxItem } from '../../api/outbox';
import { errorSentence } from '../../i18n';

export interface PendingMessage {
  key: string;
  text: string;
  isWaiting: boolean;
  /** Why it was refused; empty while on its way. */
  problem: string;
}

export interface PendingVote {
  choices: number[];
  isWaiting: boolean;
  problem: string;
}

function progress(item: OutboxItem): { isWaiting: boolean; problem: string } {
  return {
    isWaiting: item.status === 'waiting',
    problem: item.status === 'failed' ? errorSentence(item.error) : '',
  };
}

export function pendingMessages(outbox: readonly OutboxItem[]): PendingMessage[] {
  return outbox.flatMap((item) =>
    item.command.type === 'chat.post'
      ? [{ key: item.key, text: item.command.text, ...progress(item) }]
      : [],
  );
}

/** The newest wish for this poll. */
export function pendingVote(outbox: readonly OutboxItem[], pollId: string): PendingVote | null {
  const item = outbox.findLast(
    ({ command }) => command.type === 'poll.vote' && command.poll_id === pollId,
  );
  if (item?.command.type !== 'poll.vote') return null;
  return { choices: [...item.command.choices], ...progress(item) };
}

export function isHandMoving(outbox: readonly OutboxItem[]): boolean {
  return outbox.some(
    ({ command, status }) =>
      status !== 'failed' && (command.type === 'hand.raise' || command.type === 'hand.lower'),
  );
}
