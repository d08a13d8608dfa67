/**
 * What the spool does as it fills: below 80 % of the quota bodies are kept whole, then cut to 4 KiB a piece, from
 * 90 % on dropped (metadata only), and at the quota calls are counted as lost. Every step is said once on the log.
 */
const TRUNCATE_FROM = 0.8;
const METADATA_FROM = 0.9;
const TRUNCATED_BYTES = 4096;
const EMPTY = Buffer.alloc(0);

export type QuotaLevel = 'whole' | 'truncated' | 'metadata' | 'lost';

export type Quota = {
  /** Bytes that lie unshipped now. */
  readonly used: number;
  /** Calls lost so far, by reason: `capture_lost_total{reason}`. */
  readonly lost: Readonly<Record<string, number>>;
  level(): QuotaLevel;
  /** As much of `bytes` as may be kept now. */
  admit(bytes: Uint8Array): Uint8Array;
  /** Adds written bytes, or takes away (negative) unlinked ones. */
  add(bytes: number): void;
  countLost(reason: string): void;
};

/** A quota of `maxBytes`; `onTrouble` gets a line each time its level changes and at the first loss of a kind. */
export function createQuota(maxBytes: number, onTrouble: (line: string) => void): Quota {
  const lost: Record<string, number> = {};
  let used = 0;
  let last: QuotaLevel = 'whole';

  function level(): QuotaLevel {
    const share = used / maxBytes;
    const now =
      share >= 1
        ? 'lost'
        : share >= METADATA_FROM
          ? 'metadata'
          : share >= TRUNCATE_FROM
            ? 'truncated'
            : 'whole';
    if (now !== last) onTrouble(`spool: ${used} of ${maxBytes} bytes used, bodies are now: ${now}`);
    last = now;
    return now;
  }

  return {
    get used() {
      return used;
    },
    lost,
    level,
    admit(bytes) {
      const now = level();
      if (now === 'whole') return bytes;
      return now === 'truncated' ? bytes.subarray(0, TRUNCATED_BYTES) : EMPTY;
    },
    add(bytes) {
      used = Math.max(0, used + bytes);
    },
    countLost(reason) {
      if (!lost[reason]) onTrouble(`spool: first lost call of this process, reason ${reason}`);
      lost[reason] = (lost[reason] ?? 0) + 1;
    },
  };
}
