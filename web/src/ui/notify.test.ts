import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { notify } from './notify.js';

const made = vi.fn();
class Note {
  static permission = 'granted';
  onclick = null;

  constructor(title: string, options: object) {
    made(title, options);
  }
}

beforeEach(() => {
  made.mockReset();
  vi.stubGlobal('window', globalThis);
  vi.stubGlobal('document', { hidden: true });
  vi.stubGlobal('Notification', Note);
});
afterEach(() => vi.unstubAllGlobals());

it('tells who does not look, if he allowed it', () => {
  notify('Asks', 'Ada', 'off_1');
  expect(made).toHaveBeenCalledWith('Asks', { body: 'Ada', tag: 'off_1' });
  vi.stubGlobal('document', { hidden: false });
  notify('Asks', 'Ada', 'off_1');
  expect(made).toHaveBeenCalledTimes(1);
});

it('goes on where a browser lets no page make one', () => {
  made.mockImplementation(() => {
    throw new TypeError('Illegal constructor');
  });
  expect(() => notify('Asks', 'Ada', 'off_1')).not.toThrow();
});
