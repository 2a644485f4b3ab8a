// SPDX-License-Identifier: Apache-2.0
/** A firewall lets nothing through but TLS to port 443: the browser finds its way over nginx and coturn, and both see and hear each other. */
import assert from 'node:assert/strict';
import { hears, meetingOf, seesPicture } from '../lib/meeting.mjs';
import { startTurn } from '../lib/turn.mjs';

export const title = 'a browser that may speak only TLS to port 443 joins through nginx and coturn';
export const seconds = 60;
export const beside = true;

export async function run(world) {
  // Told to members only, with credentials that run out.
  const turn = await startTurn(world);
  await world.startServer(turn.server);
  const line = await world.line();
  line.forbidAllBut(turn.port);
  const [ben, ann] = await world.persons({ browser: 'chromium', name: 'Ben' }, { browser: 'chromium', name: 'Ann', line, flags: turn.browser });
  await meetingOf(world, ben, ann);
  await seesPicture(ann, ben);
  await seesPicture(ben, ann);
  await hears(world, ann, [ben]);
  const pairs = await ann.evaluate(async () => {
    const [transport] = await window.__probe.stats('transport');
    const pair = (await window.__probe.stats('candidate-pair')).find((one) => one.id === transport.selectedCandidatePairId);
    return (await window.__probe.stats('local-candidate')).filter((one) => one.id === pair.localCandidateId);
  });
  assert.equal(pairs[0]?.candidateType, 'relay');
  assert.equal(pairs[0]?.relayProtocol, 'tls');
  assert.equal(await ben.evaluate(() => window.parlor.stats.relayed), false, 'who has UDP needs no relay');
  const stranger = await (await fetch(`${world.url}/v1/config`)).json();
  assert.deepEqual(stranger.ice_servers, [], 'a stranger is told of no relay');
}
