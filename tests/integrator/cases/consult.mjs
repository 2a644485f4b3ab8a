// SPDX-License-Identifier: Apache-2.0
/** A consult beside the stream as its pages have it: a colleague who is asked in, and a recording that both want. */
import { randomBytes } from 'node:crypto';
import { expect, until } from '../lib/bench.mjs';
import { DeskLine } from '../lib/desk.mjs';

async function desk(daemon, after, attach) {
  const line = new DeskLine(daemon);
  after(async () => line.close());
  const attached = await line.open(attach);
  expect(attached.t === 'attached', JSON.stringify(attached));
  line.attached = attached;
  return line;
}

/** Into the call's room by the token that came, as the page does it; keeps who is there by name. */
async function enter(daemon, after, told) {
  const line = new DeskLine(daemon);
  after(async () => line.close());
  line.welcome = await line.join({ token: told.call.token, name: 'A voice' });
  expect(line.welcome.t === 'welcome', JSON.stringify(line.welcome));
  return line;
}

const act = (line, call, what, rep) => line.send({ t: 'call_act', call, act: what, ...(rep && { rep }) });
const callIs = (fits) => (one) => fits(one.call);

/** lin and a customer talk; zoe is at her desk. */
async function talk({ daemon, after }) {
  const lin = await desk(daemon, after, { as: 'rep', rep: 'lin' });
  const visitor = await desk(daemon, after, { as: 'visitor', device: randomBytes(16).toString('hex') });
  const { conversation } = await visitor.add();
  const zoe = await desk(daemon, after, { as: 'rep', rep: 'zoe' });
  visitor.send({ t: 'call', conversation });
  const { call } = await lin.wait('call', 'call', callIs((one) => one.state === 'ringing'));
  act(lin, call.id, 'answer');
  const inside = {
    lin: await enter(daemon, after, await lin.wait('call', 'call', callIs((one) => one.state === 'connecting' && one.token))),
    visitor: await enter(daemon, after, await visitor.wait('call', 'call', callIs((one) => one.state === 'connecting' && one.token))),
  };
  const active = await visitor.wait('call', 'call', callIs((one) => one.state === 'active'));
  await lin.wait('call', 'call', callIs((one) => one.state === 'active'));
  return { lin, visitor, zoe, conversation, rang: call, call: active.call, inside };
}

/** Whether each who is there is recorded, as this one's page was told last: {name: true | false}. */
function recorded(line) {
  const people = new Map(line.welcome.participants.map((one) => [one.id, one]));
  for (const frame of line.all.map((text) => JSON.parse(text))) {
    if (frame.t === 'participant') people.set(frame.participant.id, frame.participant);
    if (frame.t === 'left') people.delete(frame.participant);
  }
  return [...people.values()].map((one) => one.recorded ?? false);
}

export const cases = [
  {
    name: 'a colleague is asked into a call, comes, and has it handed over while it goes on',
    async run({ daemon: makeDaemon, after }) {
      const daemon = await makeDaemon();
      const { lin, visitor, zoe, call, inside } = await talk({ daemon, after });
      const zoeId = zoe.attached.rep.id;
      act(visitor, call.id, 'invite', zoeId);
      expect((await visitor.wait('error')).code === 'bad_message', 'a customer asks nobody in');
      act(lin, call.id, 'invite', 'rep_nobody');
      expect((await lin.wait('error')).code === 'not_found', 'a colleague of this brand');
      act(lin, call.id, 'invite', zoeId);
      const asked = await zoe.wait('call', 'call', callIs((one) => one.expert?.id === zoeId));
      expect(asked.call.id === call.id && asked.call.token && !asked.call.expert_here && asked.call.rep.id === lin.attached.rep.id, JSON.stringify(asked));
      expect((await daemon.good('GET', '/v1/reps')).reps.find((one) => one.id === zoeId).presence === 'in_call', 'she is busy meanwhile');
      act(zoe, call.id, 'decline');
      await lin.wait('call', 'call', callIs((one) => one.expert === null));
      act(lin, call.id, 'dismiss');
      expect((await lin.wait('error')).code === 'conflict', 'nobody is asked any more');
      expect((await daemon.good('POST', `/v1/calls/${call.id}/participants`, { rep: zoeId, as: 'expert' })).expert.id === zoeId, 'by the API too');
      expect((await daemon.ask('POST', `/v1/calls/${call.id}/participants`, { rep: zoeId, as: 'owner' })).status === 400, 'as what is not known');
      await enter(daemon, after, await zoe.wait('call', 'call', callIs((one) => one.expert && one.token)));
      await visitor.wait('call', 'call', callIs((one) => one.expert_here && one.state === 'active'));
      act(lin, call.id, 'hand_over', zoeId);
      const hers = await visitor.wait('call', 'call', callIs((one) => one.rep.id === zoeId));
      expect(hers.call.id === call.id && hers.call.state === 'active' && hers.call.rescues === 0 && hers.call.expert === null, JSON.stringify(hers));
      const his = await lin.wait('call', 'call', callIs((one) => one.rep.id === zoeId));
      expect(his.call.token === undefined, 'who gave it away gets no token any more');
      await until('he is out of it', () => inside.lin.closed, 30000);
      act(lin, call.id, 'end');
      expect((await lin.wait('error')).code === 'forbidden', 'and has no hand in it');
      expect(!inside.visitor.closed, 'the customer is where he was');
      const { events } = await daemon.good('GET', '/v1/events?limit=1000');
      const types = events.filter((one) => one.type.startsWith('call.')).map((one) => one.type.slice(5));
      const told = types.filter((one) => /expert|handed/.test(one)).join();
      expect(told === 'expert_asked,expert_left,expert_asked,expert_joined,handed_over' && !types.includes('held'), types.join());
      act(zoe, call.id, 'end');
      await visitor.wait('call', 'call', callIs((one) => one.state === 'ended'));
    },
  },
  {
    name: 'an expert who was sent away is out of the room, and his token does not bring him back; asked again he comes',
    async run({ daemon: makeDaemon, after }) {
      const daemon = await makeDaemon();
      const { lin, visitor, zoe, call, inside } = await talk({ daemon, after });
      const zoeId = zoe.attached.rep.id;
      act(lin, call.id, 'invite', zoeId);
      const asked = await zoe.wait('call', 'call', callIs((one) => one.expert && one.token));
      const first = await enter(daemon, after, asked);
      await visitor.wait('call', 'call', callIs((one) => one.expert_here));
      act(lin, call.id, 'dismiss');
      await until('she is out', () => first.closed, 30000);
      const bearer = (told) => ({ Authorization: `Bearer ${told.call.token}` });
      const room = first.welcome.room.id;
      const ends = (told) => fetch(`http://127.0.0.1:${daemon.port}/v1/rooms/${room}`, { method: 'DELETE', headers: bearer(told) });
      expect((await ends(asked)).status === 403, 'nor does it end the room, though it is a host’s');
      const again = new DeskLine(daemon);
      after(async () => again.close());
      const told = await again.enter({ token: asked.call.token, name: 'A voice' });
      expect(told.t === 'denied' && again.all.length === 1, `by the token that she has she sees not even who is there: ${again.all}`);
      const whip = await fetch(`http://127.0.0.1:${daemon.port}/whip/${room}/${zoeId}`, { method: 'POST', headers: { 'Content-Type': 'application/sdp', ...bearer(asked) }, body: 'v=0\r\n' });
      expect(whip.status === 403, `nor does she publish by WHIP: ${whip.status} ${await whip.text()}`);
      expect(!inside.lin.closed && !inside.visitor.closed, 'the others are where they were');
      await daemon.good('POST', `/v1/reps/${zoeId}/suspend`, { on: false }); // her time after a call is over
      act(lin, call.id, 'invite', zoeId);
      const third = await enter(daemon, after, await zoe.wait('call', 'call', callIs((one) => one.expert && one.token)));
      await visitor.wait('call', 'call', callIs((one) => one.expert_here));
      expect(!third.closed, 'she may be asked anew');
    },
  },
  {
    name: 'a call does not outlive its server, and nobody talks on in its room',
    async run({ daemon: makeDaemon, after }) {
      const daemon = await makeDaemon();
      const { lin, visitor, zoe, call, inside } = await talk({ daemon, after });
      act(lin, call.id, 'invite', zoe.attached.rep.id);
      const asked = await zoe.wait('call', 'call', callIs((one) => one.expert && one.token));
      act(lin, call.id, 'dismiss');
      await visitor.wait('call', 'call', callIs((one) => one.expert === null));
      await daemon.end();
      await daemon.start();
      expect((await daemon.ask('GET', `/v1/rooms/${inside.lin.welcome.room.id}`)).status === 404, 'the room is gone');
      const again = new DeskLine(daemon);
      after(async () => again.close());
      const told = await again.enter({ token: asked.call.token, name: 'A voice' });
      expect(told.t === 'error' && told.code === 'not_found', `who was sent away comes in no more: ${JSON.stringify(told)}`);
    },
  },
  {
    name: 'a call is recorded once both have said yes, and no more after one says no',
    async run({ daemon: makeDaemon, after }) {
      const daemon = await makeDaemon();
      const { rang, call, inside } = await talk({ daemon, after });
      const { lin, visitor } = inside;
      expect(rang.may_record === true, 'it is known while it rings');
      expect(call.may_record === true, 'nobody else is asked in a brand without the hook');
      const until2 = (what, state) => until(`${what}: ${JSON.stringify([recorded(lin), recorded(visitor)])}`, () => [lin, visitor].every((line) => recorded(line).length === 2 && recorded(line).every((one) => one === state)), 30000);
      visitor.send({ t: 'record', id: 'mine', action: 'start' });
      expect((await visitor.wait('error')).code === 'forbidden', 'the customer begins none');
      lin.send({ t: 'record', id: 'his', action: 'start' });
      await visitor.wait('room', 'room', (one) => one.room.recording.state === 'on');
      await until2('he alone has said yes', false);
      visitor.send({ t: 'consent', answer: true });
      await until2('both have', true);
      visitor.send({ t: 'consent', answer: false });
      await until2('one took it back', false);
      lin.send({ t: 'record', action: 'stop' });
      await visitor.wait('room', 'room', (one) => one.room.recording.state === 'off');
    },
  },
  {
    name: 'a brand that does not allow it has no call recorded, also when its system is late',
    async run({ daemon: makeDaemon, receiver: makeReceiver, after }) {
      const daemon = await makeDaemon();
      const crm = await makeReceiver(() => ({ status: 200, body: '{"allow":true}' }));
      await daemon.good('PUT', '/v1/hooks/call.allow', { url: crm.url });
      const { call, inside } = await talk({ daemon, after });
      expect(call.may_record === false, JSON.stringify(call));
      inside.lin.send({ t: 'record', id: 'his', action: 'start' });
      expect((await inside.lin.wait('error')).code === 'forbidden', 'never recorded');
    },
  },
];
