/** A signed-in person is invited while this page is open: a ring, to join or to decline. */
import { parseRing, type Ring } from '../protocol/rings.js';
import { lang } from './i18n/lang.js';
import './styles/schedule.css';

const AGAIN_MS = 30_000;
const WORDS = {
  rings: ['You are invited: {title}', '邀请您参加：{title}'],
  join: ['Join', '加入'],
  decline: ['Decline', '谢绝'],
  meeting: ['a meeting', '会议'],
} as const;

function say(key: keyof typeof WORDS): string {
  return WORDS[key][lang() === 'en' ? 0 : 1];
}

function button(words: string, look: string, testid: string, act: () => void): HTMLElement {
  const one = document.createElement('button');
  one.className = `button ${look}`;
  one.textContent = words;
  one.dataset['testid'] = testid;
  one.addEventListener('click', act);
  return one;
}

function show(ring: Ring, decline: () => void): void {
  document.querySelector(`[data-ring="${CSS.escape(ring.invitation)}"]`)?.remove();
  const box = document.createElement('section');
  box.className = 'ring';
  box.dataset['ring'] = ring.invitation;
  box.dataset['testid'] = 'ring';
  box.setAttribute('role', 'alertdialog');
  const words = document.createElement('b');
  words.textContent = say('rings').replace('{title}', () => ring.title || say('meeting'));
  const deeds = document.createElement('div');
  deeds.append(
    button(say('decline'), 'quiet', 'ring-decline', () => {
      decline();
      box.remove();
    }),
    button(say('join'), 'primary', 'ring-join', () => {
      /* The link as this browser reaches the server. */
      const link = `/m${new URL(ring.url).hash}`;
      if (location.pathname === '/') location.assign(link);
      else window.open(link, '_blank', 'noopener'); // a desk or a board stays
      box.remove();
    }),
  );
  box.append(words, deeds);
  document.body.append(box);
}

export function listenForRings(): void {
  const line = new WebSocket(`${location.origin.replace(/^http/, 'ws')}/v1/rt`, 'parlor.v1');
  line.addEventListener('open', () => line.send(JSON.stringify({ t: 'listen' })));
  line.addEventListener('message', ({ data }) => {
    const ring = typeof data === 'string' ? parseRing(data) : null;
    if (ring)
      show(ring, () => line.send(JSON.stringify({ t: 'decline', invitation: ring.invitation })));
  });
  /* A sign-in that ended is not asked for again. */
  line.addEventListener('close', ({ code }) => {
    if (code !== 4401 && code !== 4408) window.setTimeout(listenForRings, AGAIN_MS);
  });
}
