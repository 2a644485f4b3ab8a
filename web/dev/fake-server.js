/* An invented server inside the page, for looking at the pages without the daemon: it speaks
   docs/protocol.md, and answers the offer with a peer connection that draws people.
   `window.__fake` (set before) tells how many people, what they publish, and what happens. */
(() => {
  const plan = {
    people: 3,
    cameras: 99,
    screen: 0,
    chat: true,
    role: 'host',
    lobby: [],
    waiting: false,
    denied: '',
    hands: [],
    noRoom: false,
    recording: null,
    names: null,
    text: null,
    sealed: false,
    begins: 0,
    ...window.__fake,
  };
  const NAMES =
    plan.names ??
    '林晓梅 Ada 王建国 Grace 陈思远 Matteo 赵敏 Noor 周子涵 Ingrid 吴桐 Kofi'.split(' ');
  const COLORS = ['#7a5a44', '#4f6f63', '#8a6a3a', '#5b4a63', '#4a5f78', '#74503f'];
  const ROOM = {
    id: 'rm_1',
    code: 'abcde-fghjk',
    title: '春季新品沟通会',
    kind: 'meeting',
    locked: plan.locked ?? false,
    end_to_end: plan.sealed,
    lobby: plan.lobby.length > 0,
    created_at: Date.now(),
    room_ms: 754000,
    join_url: '',
    recording: { state: 'off', mode: 'ask', policy: 'by_host', id: '', ...plan.recording },
  };
  const source = (width, height) => ({ muted: false, active: true, width, height, codec: 'vp8' });
  const people = Array.from({ length: plan.people }, (_, i) => ({
    id: `pt_${i}`,
    identity: `u${i}`,
    name: NAMES[i % NAMES.length],
    company: i === 1 && plan.company ? plan.company : '',
    role: i === 0 ? 'host' : 'guest',
    joined_at: i,
    hand: 0,
    sources: {
      microphone: { ...source(), muted: i % 3 === 1 },
      camera: i < plan.cameras ? source(1280, 720) : undefined,
      screen: plan.screen && i === 0 ? source(1920, 1080) : undefined,
    },
    state: 'connected',
    guest: i > 0,
  }));

  /** A moving picture of somebody, drawn. */
  function film(i, screen) {
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = screen ? [1920, 1080] : [640, 360];
    const g = canvas.getContext('2d');
    let frame = 0;
    setInterval(() => (screen ? drawScreen(g, frame++) : drawPerson(g, i, frame++)), 100);
    return canvas.captureStream(10).getVideoTracks()[0];
  }
  function drawPerson(g, i, frame) {
    const sway = Math.sin(frame / 9 + i) * 6;
    g.fillStyle = COLORS[i % 6];
    g.fillRect(0, 0, 640, 360);
    g.fillStyle = '#ffffff18';
    g.fillRect(420, 40, 150, 190);
    g.fillStyle = ['#2b2622', '#e7dccb', '#33485c', '#8d3b2a'][i % 4];
    g.beginPath();
    g.ellipse(320 + sway, 370, 150, 120, 0, 0, 7);
    g.fill();
    g.fillStyle = ['#e3b994', '#c98f67', '#8a5a3c', '#f0cfae'][i % 4];
    g.beginPath();
    g.ellipse(320 + sway, 175, 62, 78, 0, 0, 7);
    g.fill();
    g.fillStyle = '#2b1d16';
    g.beginPath();
    g.ellipse(320 + sway, 120, 66, 42, 0, 0, 7);
    g.fill();
  }
  function drawScreen(g, frame) {
    g.fillStyle = '#fff';
    g.fillRect(0, 0, 1920, 1080);
    g.fillStyle = '#222';
    g.font = '600 54px serif';
    g.fillText('春季新品 · Spring collection', 80, 120);
    g.font = '24px sans-serif';
    for (let row = 0; row < 18; row++)
      for (let col = 0; col < 6; col++)
        g.fillText((row * 731.17 + col * 97.3).toFixed(2), 80 + col * 300, 220 + row * 45);
    g.fillStyle = '#b5452c';
    g.fillRect(80, 1040, (frame * 10) % 1760, 8);
  }

  class FakeSocket extends EventTarget {
    static OPEN = 1;
    readyState = 0;
    constructor() {
      super();
      window.__socket = this;
      setTimeout(() => {
        if (window.__down) return this.close(1006);
        this.readyState = 1;
        this.onopen?.();
      }, 20);
    }
    say(message) {
      if (this.readyState === 1) this.onmessage?.({ data: JSON.stringify(message) });
    }
    close(code = 1000) {
      this.readyState = 3;
      setTimeout(() => this.onclose?.({ code }), 0);
    }
    send(text) {
      const message = JSON.parse(text);
      (window.__sent ??= []).push(message);
      void this[`on_${message.t}`]?.(message);
    }
    on_room_quality({ id }) {
      const people_ = people.map((one, i) => ({
        participant: one.id,
        level: i === 1 ? 1 : 3 - (i % 2),
        loss_up: i === 1 ? 0.12 : 0,
        loss_down: i * 0.004,
        rtt_ms: 24 + 31 * i,
        jitter_up_ms: 3 + i,
        jitter_down_ms: i === 2 ? -1 : 4,
        height_up: i === 1 ? 180 : 720,
        height_down: 360,
        freezes: i === 1 ? 4 : 0,
        freeze_ms: i === 1 ? 2350 : 0,
      }));
      const told = people_.sort((a, b) => a.level - b.level);
      setTimeout(() => this.say({ t: 'room_quality', id, people: told }), 5);
    }
    on_join({ id, name }) {
      if (plan.denied) return this.say({ t: 'denied', reason: plan.denied });
      if (plan.waiting) return this.say({ t: 'waiting', id, position: 2 });
      this.me = {
        ...people[1],
        id: 'pt_me',
        name,
        role: plan.role,
        joined_at: 99,
        guest: plan.role !== 'host',
        consent: plan.consent ?? 'unknown',
        recorded: plan.consent === 'given',
        sources: {},
      };
      const chat = plan.chat ? chatLog() : [];
      this.say({
        t: 'welcome',
        id,
        participant: 'pt_me',
        resume_token: 'r',
        resumed: false,
        transport: 'gone',
        room: ROOM,
        role: plan.role,
        rights: [
          'publish.microphone',
          'publish.camera',
          'publish.screen',
          'chat',
          ...(plan.role === 'host' ? ['moderate'] : []),
        ],
        participants: [...people, this.me],
        hands: plan.hands,
        chat,
        slots: { audio: 3, video: 25, screen: 1, screen_audio: 1 },
        ice_servers: [],
        server: { version: '0', epoch: 'e' },
      });
      if (plan.lobby.length) this.say({ t: 'lobby', waiting: plan.lobby });
    }
    on_source({ source: kind, on, muted }) {
      this.me.sources = {
        ...this.me.sources,
        [kind]: on ? { ...source(1280, 720), muted } : undefined,
      };
      this.say({ t: 'participant', participant: this.me });
    }
    on_consent({ id, answer, remove }) {
      Object.assign(this.me, { consent: answer ? 'given' : 'refused', recorded: answer });
      this.say({ t: 'participant', participant: this.me });
      if (remove) this.say({ t: 'consent', id, removal: plan.held ? 'held' : 'asked' });
      if (remove && plan.gone)
        setTimeout(() => this.say({ t: 'consent', removal: 'done', recording: 'rec_1' }), 50);
    }
    on_chat({ id, client_id, text }) {
      const message = {
        id: `m${id}`,
        client_id,
        participant: 'pt_me',
        name: 'me',
        text,
        at: Date.now(),
      };
      this.say({ t: 'chat', id, message });
    }
    on_hand({ raised }) {
      this.say({ t: 'hands', hands: raised ? [...plan.hands, 'pt_me'] : plan.hands });
    }
    on_reaction({ emoji }) {
      this.say({ t: 'reaction', participant: 'pt_0', emoji });
    }
    on_room(change) {
      Object.assign(ROOM, change);
      this.say({ t: 'room', room: ROOM });
    }
    on_end() {
      this.say({ t: 'closed', reason: 'ended' });
    }
    async on_offer({ id, sdp, slots }) {
      const pc = new RTCPeerConnection();
      await pc.setRemoteDescription({ type: 'offer', sdp });
      const at = (mid) => pc.getTransceivers().find((one) => one.mid === mid);
      const video = slots.filter((one) => one.kind === 'video');
      const used = people
        .filter((one) => one.sources.camera)
        .slice(0, video.length)
        .map((one, i) => ({ mid: video[i].mid, participant: one.id, source: 'camera' }));
      const screen = slots.find((one) => one.kind === 'screen');
      if (plan.screen) used.push({ mid: screen.mid, participant: 'pt_0', source: 'screen' });
      for (const use of used) {
        const transceiver = at(use.mid);
        transceiver.direction = 'sendonly';
        await transceiver.sender.replaceTrack(
          film(Number(use.participant.slice(3)), use.source === 'screen'),
        );
      }
      await pc.setLocalDescription(await pc.createAnswer());
      await new Promise((done) => {
        if (pc.iceGatheringState === 'complete') done();
        pc.onicegatheringstatechange = () => pc.iceGatheringState === 'complete' && done();
      });
      this.say({ t: 'answer', id, sdp: pc.localDescription.sdp });
      this.say({ t: 'slots', slots: used });
      setTimeout(() => this.talk(), 600);
    }
    talk() {
      this.say({ t: 'speaker', participant: 'pt_0' });
      this.say({ t: 'speaking', participants: ['pt_0'] });
      const levels = Object.fromEntries(people.map((one, i) => [one.id, i === 2 ? 1 : 3]));
      const you = {
        level: 2,
        loss_up: 0.012,
        loss_down: 0,
        rtt_ms: 42,
        down_bps: 3.1e6,
        up_bps: 1.9e6,
        why: 'uplink',
      };
      this.say({ t: 'quality', you, participants: levels });
    }
  }

  function chatLog() {
    const say = (i, text) => ({
      id: `m_${i}_${text.length}`,
      client_id: '',
      participant: `pt_${i}`,
      name: NAMES[i],
      text,
      at: Date.now() - 300000 + text.length * 1000,
    });
    if (plan.text) return plan.text.map((one, i) => say(i % NAMES.length, one));
    return [
      say(0, '大家好，先看一下第二页的价格表。'),
      say(
        0,
        '链接在这里：https://example.com/price.pdf，有问题直接说，不用等到最后再提，谢谢大家的时间。',
      ),
      say(
        1,
        'Thanks! The third row looks different from what we got last week, could you check it please?',
      ),
    ];
  }

  const json = (body, status = 200) =>
    new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } });
  const realFetch = window.fetch.bind(window);
  window.fetch = async (url, init) => {
    const path = String(url);
    if (path.endsWith('/v1/config'))
      return json({ demo: true, version: '0', ice_servers: [], anyone_may_start: true });
    if (path.endsWith('/v1/guest')) {
      if (plan.noRoom) return json({ code: 'no_such_room' }, 404);
      const start = Date.now() + plan.begins;
      const schedule = plan.begins ? { next: [{ start, end: start + 3600000 }] } : undefined;
      return json({ token: 't', room: { ...ROOM, schedule } });
    }
    if (path.endsWith('/v1/rooms')) return json({ ...ROOM, host_token: 'h' }, 201);
    return realFetch(url, init);
  };
  navigator.sendBeacon = () => true;
  window.WebSocket = FakeSocket;
})();
