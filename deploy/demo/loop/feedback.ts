/** What the customers say of the answers. */
import type { Answered } from './calls.ts';
import { type Desk, post } from './desk.ts';

/** Gives each answer the opinion of who asked. */
export async function giveFeedback(desk: Desk, answered: readonly Answered[]): Promise<void> {
  const said = answered.filter(({ opinion }) => opinion !== undefined);
  for (const { response_id, user, opinion } of said) {
    await post(desk, '/feedback', { response_id, user_id: user, ...opinion });
  }
  const count = (has: (answer: Answered) => boolean): number => said.filter(has).length;
  const up = count(({ opinion }) => opinion?.thumb === 'up');
  const down = count(({ opinion }) => opinion?.thumb === 'down');
  const corrected = count(({ opinion }) => opinion?.correction !== undefined);
  desk.tell('feedback', `${up} thumbs up, ${down} down, ${corrected} corrections`);
}
