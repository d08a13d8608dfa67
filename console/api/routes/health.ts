/** Whether each room is ready, and the capture certificate. */
import { getCertificate } from '../../../collector/queries/system/certificate.ts';
import * as contract from '../../contract/health.ts';
import { defineEndpoint } from '../endpoint.ts';
import { askRoom } from '../rooms.ts';

const getHealth = defineEndpoint(contract.getHealth, async ({ store, urls }) => {
  const [certificate, ...rooms] = await Promise.all([
    // With the database away the rooms' state is what a person needs to see.
    store()
      .then(getCertificate)
      .catch(() => []),
    askRoom('gateway', `${urls.gateway}/readyz`),
    askRoom('collector', `${urls.collector}/readyz`),
    askRoom('clickhouse', `${urls.clickhouse}/ping`),
  ]);
  return { rooms: [...rooms, { room: 'console', ready: true, detail: 'ready' }], certificate };
});

export const healthEndpoints = [getHealth];
