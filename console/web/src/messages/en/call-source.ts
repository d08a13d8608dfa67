/** Calls as the source of an evaluation or an export. */
export const callSource = {
  call_source: {
    range_24h: 'The last 24 hours',
    range_7d: 'The last 7 days',
    range_30d: 'The last 30 days',
    range_all: 'All time',
    range_custom: 'From … to …',
    any: 'Any',
    prompt: 'Prompt',
    feedback: 'Feedback',
    feedback_up: 'Thumbs up',
    feedback_down: 'Thumbs down',
    feedback_corrected: 'Corrected',
    feedback_commented: 'Commented',
    feedback_none: 'None yet',
    also: 'Also only: {what}.',
    drop: 'Drop this',
    matching: 'No call matches. | One call matches. | {n} calls match.',
    no_count: 'The matching calls could not be counted.',
  },
};
