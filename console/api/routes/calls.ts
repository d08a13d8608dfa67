/** The call list, its facets, and one call. */
import { AppError } from '../../../errors.ts';
import { getCallFacets } from '../../../collector/queries/call-facets.ts';
import { findCall } from '../../../collector/queries/get-call.ts';
import { listCalls as queryCalls } from '../../../collector/queries/list-calls.ts';
import * as contract from '../../contract/calls.ts';
import { defineEndpoint } from '../endpoint.ts';
import { streamCalls } from './calls-live.ts';

const listCalls = defineEndpoint(contract.listCalls, async ({ store }, { params, query }) =>
  queryCalls(await store(), params.project_id, query),
);

const listCallFacets = defineEndpoint(contract.listCallFacets, async ({ store }, { params, query }) =>
  getCallFacets(await store(), params.project_id, query),
);

const getCall = defineEndpoint(contract.getCall, async ({ store }, { params }) => {
  const { project_id, trace_id, span_id } = params;
  const isWellFormed = /^[\da-f]{32}$/.test(trace_id) && /^[\da-f]{16}$/.test(span_id);
  const call = isWellFormed ? await findCall(await store(), project_id, { trace_id, span_id }) : undefined;
  if (!call) throw new AppError('not_found', 'This project has no such call.');
  return call;
});

export const callEndpoints = [listCalls, listCallFacets, getCall, streamCalls];
