/** Which status each role is answered with, for routes of each kind of access. */
import type { Who } from '../../kit/console.ts';

export const everybody = (status: number): Record<Who, number> => ({
  anonymous: status,
  stranger: status,
  owner: status,
  admin: status,
  engineer: status,
  builder: status,
  reviewer: status,
  viewer: status,
});
/** A project's stranger is told that there is no such project. */
export const READERS: Record<Who, number> = { ...everybody(200), anonymous: 401, stranger: 404 };
export const KEY_MANAGERS: Record<Who, number> = { ...READERS, builder: 403, reviewer: 403, viewer: 403 };
export const BUILDERS: Record<Who, number> = { ...READERS, reviewer: 403, viewer: 403 };
export const REVIEWERS: Record<Who, number> = { ...READERS, viewer: 403 };
export const AUDITORS: Record<Who, number> = KEY_MANAGERS;

/** The same roles, where success has another status. */
export const made = (statuses: Record<Who, number>): Record<Who, number> =>
  Object.fromEntries(
    Object.entries(statuses).map(([who, status]) => [who, status === 200 ? 201 : status]),
  ) as Record<Who, number>;
