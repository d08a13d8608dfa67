/** Where a result stands in another list of results. */
type Found = { file_id: string; chunk: number };

const keyOf = ({ file_id, chunk }: Found): string => `${file_id} ${chunk}`;

/** For each of `results` its place in `others` minus its own: 2 = it has risen by two; undefined = it is not there. */
export function findMoves(results: readonly Found[], others: readonly Found[]): (number | undefined)[] {
  const places = new Map(others.map((one, index) => [keyOf(one), index]));
  return results.map((one, index) => {
    const there = places.get(keyOf(one));
    return there === undefined ? undefined : there - index;
  });
}
