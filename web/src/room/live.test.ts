import { describe, expect, it } from 'vitest';
import type { Comment } from '../protocol/live.js';
import { parseServerMessage } from '../protocol/messages.js';
import { commentPieces, initialLive, reduceLive } from './live.js';

const said = (id: string): Comment => ({
  id,
  client_id: id,
  participant: 'pt_1',
  name: 'Lin',
  text: 'hello',
  room_ms: 1,
  at: 1,
  host: false,
  bot: false,
});

describe('a live room', () => {
  it('shows a comment once, however often it is told', () => {
    let state = reduceLive(initialLive(), { t: 'comment', id: 1, comment: said('a') });
    state = reduceLive(state, { t: 'comments', comments: [said('a'), said('b')] });
    expect(state.comments.map((one) => one.id)).toEqual(['a', 'b']);
    state = reduceLive(state, { t: 'comment_gone', comment: 'a' });
    expect(state.comments.map((one) => one.id)).toEqual(['b']);
  });

  it('tells who asked and was not taken, and nobody else, that the host said no', () => {
    const off = { t: 'stage', on: false, invited: false, token: '', identity: '' } as const;
    const asked = reduceLive(initialLive(), { t: 'local/stage', stage: 'asked' });
    expect(reduceLive(asked, off).stage).toBe('refused');
    const on = reduceLive(asked, { ...off, on: true });
    expect(on.stage).toBe('on');
    expect(reduceLive(on, off).stage).toBe('off');
    const invited = reduceLive(initialLive(), { ...off, invited: true });
    expect(invited.stage).toBe('invited');
    expect(reduceLive(invited, off).stage).toBe('off');
  });

  it('takes everything a late joiner is told', () => {
    const text = JSON.stringify({
      t: 'live',
      live: { room: 'rm_1', state: 'paused', title: 'Lamps' },
      pin: { id: 'pin_1', sku: 'lamp', product: { sku: 'lamp', title: 'Lamp' } },
      viewers: 3,
      comments: [said('a')],
      top: null,
      poll: null,
    });
    const state = reduceLive(initialLive(), parseServerMessage(text));
    expect(state.live?.state).toBe('paused');
    expect(state.pin?.product?.title).toBe('Lamp');
    expect([state.viewers, state.comments.length]).toEqual([3, 1]);
  });

  it('makes links of the shop alone', () => {
    const pieces = commentPieces('see https://shop.example/a and https://evil.example/b', [
      'shop.example',
    ]);
    expect(pieces.filter((one) => one.link).map((one) => one.text)).toEqual([
      'https://shop.example/a',
    ]);
    expect(pieces.map((one) => one.text).join('')).toContain('https://evil.example/b');
    expect(commentPieces('https://shop.example.evil.example/x', ['shop.example'])[0]?.link).toBe(
      false,
    );
    expect(commentPieces('https://shop.example@evil.example', ['shop.example'])[0]?.link).toBe(
      false,
    );
  });
});
