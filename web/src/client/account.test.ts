import { beforeEach, describe, expect, it, vi } from 'vitest';

const kept = new Map<string, string>();
vi.stubGlobal('localStorage', {
  getItem: (key: string) => kept.get(key) ?? null,
  setItem: (key: string, value: string) => kept.set(key, value),
  removeItem: (key: string) => kept.delete(key),
});

const { changeBrand, currentSession, revokeKey, signin, signOut } = await import('./account.js');
const { createRoom } = await import('./http.js');
const { loadChoices, saveChoices } = await import('./storage.js');

const SESSION = {
  user: { id: 'usr_1', login: 'lin', name: 'Lin', has_password: true },
  roles: ['owner'],
  brand: { id: 'br_1', slug: 'shop', name: 'Shop' },
  csrf: 'page-token',
};

interface Sent {
  path: string;
  method: string;
  headers: Record<string, string>;
}
let sent: Sent[] = [];

function answer(status: number, body: unknown): void {
  vi.stubGlobal('fetch', (path: string, init: RequestInit) => {
    sent.push({
      path,
      method: init.method ?? 'GET',
      headers: init.headers as Record<string, string>,
    });
    return Promise.resolve(new Response(status === 204 ? null : JSON.stringify(body), { status }));
  });
}

beforeEach(() => {
  kept.clear();
  sent = [];
});

describe('a signed-in page', () => {
  it('sends its token with each change, and with none of what only reads', async () => {
    answer(200, SESSION);
    await signin({ brand: 'shop', login: 'lin', password: 'x' });
    await currentSession();
    expect(sent[1]?.headers['x-parlor-csrf']).toBeUndefined();
    answer(204, null);
    await revokeKey('key_1/../x');
    expect(sent[2]).toMatchObject({ method: 'DELETE', path: '/v1/keys/key_1%2F..%2Fx' });
    expect(sent[2]?.headers['x-parlor-csrf']).toBe('page-token');
    answer(201, { id: 'rm_1', code: 'abcde-fghjk' });
    await createRoom('');
    expect(sent[3]?.headers['x-parlor-csrf']).toBe('page-token');
  });

  it('forgets it when it signs out', async () => {
    answer(200, SESSION);
    await currentSession();
    answer(204, null);
    await signOut();
    expect(kept.has('parlor.csrf')).toBe(false);
    expect([...kept.values()].join()).not.toContain('Lin');
  });

  it.each([
    ['lin@shop.example', 'Lin', 'Lin'],
    ['lin@shop.example', 'lin@shop.example', 'lin'],
    ['mara', 'mara', 'mara'],
    ['mara', '', 'mara'],
  ])('%s, called "%s", is %s in a meeting until he signs out', async (login, name, called) => {
    answer(200, { ...SESSION, user: { ...SESSION.user, login, name } });
    await currentSession();
    expect(loadChoices().name).toBe(called);
    answer(204, null);
    await signOut();
    expect(loadChoices().name).toBe('');
  });

  it('leaves him the name that he has given himself', async () => {
    saveChoices({ name: 'Big Lin' });
    answer(200, SESSION);
    await currentSession();
    await signOut();
    expect(loadChoices().name).toBe('Big Lin');
  });

  it('tells the code of a refusal, and takes no answer of another shape', async () => {
    answer(409, { code: 'conflict' });
    await expect(changeBrand('br_1', {})).rejects.toMatchObject({ code: 'conflict', status: 409 });
    answer(200, { id: 1 });
    await expect(changeBrand('br_1', {})).rejects.toMatchObject({ code: 'bad_answer' });
  });
});
