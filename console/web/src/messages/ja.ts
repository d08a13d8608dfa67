/** 日本語。 */
import { call } from './ja/call.ts';
import { callSource } from './ja/call-source.ts';
import { calls } from './ja/calls.ts';
import { frame } from './ja/frame.ts';
import { project } from './ja/project.ts';
import type { Messages } from './en.ts';

export const ja: Messages = { ...frame, ...calls, ...callSource, ...call, ...project };
