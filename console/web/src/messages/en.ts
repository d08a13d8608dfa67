/** English; the shape of these messages is the shape of every language. */
import { call } from './en/call.ts';
import { callSource } from './en/call-source.ts';
import { calls } from './en/calls.ts';
import { frame } from './en/frame.ts';
import { project } from './en/project.ts';
import type { Shape } from './shape.ts';

export const en = { ...frame, ...calls, ...callSource, ...call, ...project };

export type Messages = Shape<typeof en>;
