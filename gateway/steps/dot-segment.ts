/** Step: a path may not climb. Whoever is behind us may resolve it, and then our word would open what lies elsewhere. */
import { AppError } from '../../errors.ts';

/** `.` or `..` as a part of a path, however it is written. */
const DOT_SEGMENT = /(?:[/\\]|%2f|%5c)(?:\.|%2e){1,2}(?:[/\\;]|%2f|%5c|$)/i;

export const hasDotSegment = (path: string): boolean => DOT_SEGMENT.test(path);

export const dotSegmentError = (): AppError =>
  new AppError('not_found', 'A path with dots for its parts leads nowhere here.');
