/** Is everything stored that the writers say they sent? Per writer, over all projects. */
import type { Store } from '../../store/client.ts';
import { runSystemQuery } from '../run.ts';

/**
 * `sent`: highest seq reported or stored. `missing`: numbers up to `sent` neither stored nor counted as lost; of a
 * writer that is alive these include the calls still running. `twice`: rows beyond one per number.
 */
export type CertificateRow = {
  writer: string;
  last_seen_at: string;
  kind: string;
  sent: number;
  stored: number;
  missing: number;
  twice: number;
  lost: Record<string, number>;
};

type Row = Record<
  'writer' | 'last_seen_at' | 'kind' | 'high_seq' | 'stored' | 'distinct_seqs' | 'max_seq',
  string
> & {
  lost: Record<string, string>;
};

/** Writers not heard of for longer are left out. */
const RECENT_DAYS = 7;
const MAX_WRITERS = 500;

/*
 * A bitmap of the numbers, because they are dense: exact like uniqExact, in a hundredth of its memory. Rows from
 * before the oldest of these writers began cannot be theirs, and whole weeks of them are skipped.
 */
const QUERY = `
  WITH recent AS (
    SELECT writer, min(at) AS began, max(at) AS seen, argMax(kind, at) AS last_kind, max(high_seq) AS high,
      argMax(lost, (at, high_seq)) AS last_lost
    FROM writers GROUP BY writer HAVING seen >= now() - INTERVAL ${RECENT_DAYS} DAY
    ORDER BY seen DESC LIMIT ${MAX_WRITERS}
  )
  SELECT r.writer AS writer, r.seen AS last_seen_at, r.last_kind AS kind, r.high AS high_seq, r.last_lost AS lost,
    c.stored AS stored, c.distinct_seqs AS distinct_seqs, c.max_seq AS max_seq
  FROM recent AS r LEFT JOIN (
    SELECT writer, count() AS stored, groupBitmap(seq) AS distinct_seqs, max(seq) AS max_seq FROM spans
    WHERE received_at >= (SELECT toDateTime(min(began)) - INTERVAL 1 HOUR FROM recent)
      AND writer IN (SELECT writer FROM recent)
    GROUP BY writer
  ) AS c ON c.writer = r.writer
  ORDER BY r.seen DESC`;

/** The certificate of every recent writer, the last heard of first. @throws like `runSystemQuery` */
export async function getCertificate(store: Store): Promise<CertificateRow[]> {
  const rows = await runSystemQuery<Row>(store, { name: 'certificate', query: QUERY });
  return rows.map(({ writer, last_seen_at, kind, ...row }) => {
    const sent = Math.max(Number(row.high_seq), Number(row.max_seq));
    const stored = Number(row.stored);
    const distinct = Number(row.distinct_seqs);
    const lost = Object.fromEntries(Object.entries(row.lost).map(([reason, n]) => [reason, Number(n)]));
    const lostCount = Object.values(lost).reduce((sum, n) => sum + n, 0);
    const missing = Math.max(0, sent - distinct - lostCount);
    return { writer, last_seen_at, kind, sent, stored, missing, twice: stored - distinct, lost };
  });
}
