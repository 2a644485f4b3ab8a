// SPDX-License-Identifier: Apache-2.0
/** A firewall lets no UDP through and there is no relay: the browser comes in by the server's own TCP port. */
import assert from 'node:assert/strict';
import { hears, meetingOf, seesPicture } from '../lib/meeting.mjs';

export const title = 'a browser without UDP joins over TCP, with no relay';
export const seconds = 60;
export const beside = true;

export async function run(world) {
  await world.startServer(['--tcp-port', '7901']);
  const line = await world.line();
  line.forbidUdp();
  const [ben, ann] = await world.persons({ browser: 'chromium', name: 'Ben' }, { browser: 'chromium', name: 'Ann', line });
  await meetingOf(world, ben, ann);
  await seesPicture(ann, ben);
  await seesPicture(ben, ann);
  await hears(world, ann, [ben]);
  const way = async (person) =>
    person.evaluate(async () => {
      const [transport] = await window.__probe.stats('transport');
      const pair = (await window.__probe.stats('candidate-pair')).find((one) => one.id === transport.selectedCandidatePairId);
      const [there] = (await window.__probe.stats('remote-candidate')).filter((one) => one.id === pair.remoteCandidateId);
      return `${there.protocol} ${there.port}`;
    });
  assert.equal(await way(ann), 'tcp 7901');
  assert.equal(await way(ben), 'udp 7900', 'who has UDP takes it');
  // The host's page saves the record of quality: both have a stay in it.
  const record = await ben.evaluate(async () => {
    const { id } = window.parlor.state.room;
    return (await fetch(`/v1/rooms/${id}/quality`)).json();
  });
  world.measured['stays in the record'] = record.stays?.length ?? JSON.stringify(record);
  const at = record.fields.indexOf('reports');
  assert.ok(record.stays.filter((stay) => stay.samples.some((sample) => sample[at] > 0)).length >= 2, 'each has a stay with samples');
}
