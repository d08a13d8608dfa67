/** What is left of the calls after each step of an export, and why the others are not. Pure. */
import type { ExportCounts } from '../../../contract/exports.ts';

/** Reasons by the step that leaves out; what is not named here is a fault of the line. */
const REASONS = {
  kind: ['not_a_model_call', 'error', 'cancelled', 'interrupted'],
  said: ['score_missing', 'score_too_low', 'thumb_down', 'no_thumb_up', 'no_correction'],
  format: [
    'no_messages',
    'no_assistant_message',
    'missing_part',
    'audio',
    'file_part',
    'image_part',
    'custom_tool',
  ],
  duplicate: ['duplicate'],
} as const satisfies Record<string, readonly string[]>;

export const FUNNEL_STEPS = ['kind', 'said', 'format', 'valid', 'duplicate'] as const;
export type FunnelStep = (typeof FUNNEL_STEPS)[number];

export type FunnelRow = {
  step: FunnelStep;
  /** After this step. */
  left: number;
  removed: number;
  /** Most frequent first. */
  reasons: { reason: string; n: number }[];
};

export function stepOf(reason: string): FunnelStep {
  const found = Object.entries(REASONS).find(([, reasons]) =>
    (reasons as readonly string[]).includes(reason),
  );
  return (found?.[0] as FunnelStep | undefined) ?? 'valid';
}

/** The steps in their order, those that removed nothing included: that is worth knowing as well. */
export function toFunnel({ read, left_out }: Pick<ExportCounts, 'read' | 'left_out'>): FunnelRow[] {
  let left = read;
  return FUNNEL_STEPS.map((step) => {
    const reasons = Object.entries(left_out)
      .filter(([reason, n]) => n > 0 && stepOf(reason) === step)
      .map(([reason, n]) => ({ reason, n }))
      .toSorted((a, b) => b.n - a.n);
    const removed = reasons.reduce((sum, { n }) => sum + n, 0);
    left -= removed;
    return { step, left, removed, reasons };
  });
}

/** `1234` of `2000` as a width in percent, never invisible while there is something. */
export function toWidth(n: number, of: number): number {
  if (n <= 0 || of <= 0) return 0;
  return Math.max(1, Math.min(100, (100 * n) / of));
}
