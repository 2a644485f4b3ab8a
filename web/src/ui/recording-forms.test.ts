import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

let give: (picture: Blob) => void = () => undefined;
vi.mock('../client/marker-stills.js', () => ({
  loadStill: () => new Promise<Blob>((done) => (give = done)),
}));
vi.mock('./i18n/index.js', () => ({ lang: () => 'en', t: (key: string) => key }));
vi.mock('./base.js', () => ({
  InMeeting: class {
    static createProperty(): void {}
    isConnected = true;
    room = {};
    app = { session: {} };
    disconnectedCallback(): void {
      this.isConnected = false;
    }
  },
}));
vi.stubGlobal('customElements', { define: () => undefined });
const { Consent, MarkerForm } = await import('./recording-forms.js');

interface Form {
  look: (marker: string) => Promise<void>;
  pictures: Record<string, string>;
  disconnectedCallback: () => void;
}

const made = vi.spyOn(URL, 'createObjectURL').mockReturnValue('blob:1');
const gone = vi.spyOn(URL, 'revokeObjectURL').mockReturnValue(undefined);
afterEach(() => vi.clearAllMocks());

it('lets a picture go when the form is closed', async () => {
  const form = new MarkerForm() as unknown as Form;
  const looks = form.look('mk_1');
  give(new Blob(['x']));
  await looks;
  expect(form.pictures).toEqual({ mk_1: 'blob:1' });
  form.disconnectedCallback();
  expect(gone).toHaveBeenCalledWith('blob:1');
});

it('keeps none that comes after the form was closed', async () => {
  const form = new MarkerForm() as unknown as Form;
  const looks = form.look('mk_1');
  form.disconnectedCallback();
  give(new Blob(['x']));
  await looks;
  expect(made).not.toHaveBeenCalled();
});

describe('who withdraws', () => {
  const me = { recorded: true, consent: 'given' };
  const recording = { id: 'rec_1', state: 'on', mode: 'ask' };
  const asks = vi.fn<(message: object) => Promise<object>>();

  interface Sheet {
    room: object;
    app: object;
    leaving: string;
    willUpdate: () => void;
    ask: () => void;
    wantOut: () => Promise<void>;
  }
  let sheet: Sheet;
  let gone: object | undefined;

  function told(change: Partial<typeof me>, now: Partial<typeof recording> = {}): string {
    sheet.room = {
      me: 'pt_1',
      removal: gone,
      room: { recording: { ...recording, ...now } },
      participants: { pt_1: { ...me, ...change } },
    };
    sheet.willUpdate();
    return sheet.leaving;
  }

  beforeEach(() => {
    gone = undefined;
    asks.mockReset().mockResolvedValue({ t: 'consent', removal: 'asked' });
    sheet = new Consent() as unknown as Sheet;
    sheet.app = { session: { ask: asks } };
    told({});
  });

  it('is asked whether what there is of him shall go, and nothing goes without a yes', () => {
    expect(told({ recorded: false, consent: 'refused' })).toBe('ask');
    sheet.leaving = '';
    expect(told({ recorded: false, consent: 'refused' })).toBe('');
    expect(asks).not.toHaveBeenCalled();
  });

  it('asks for it once, and is told', async () => {
    told({ recorded: false, consent: 'refused' });
    await sheet.wantOut();
    expect(asks.mock.calls).toEqual([
      [{ t: 'consent', answer: false, remove: true, recording: 'rec_1' }],
    ]);
    expect(sheet.leaving).toBe('asked');
    sheet.leaving = '';
    told({});
    expect(told({ recorded: false, consent: 'refused' })).toBe('');
  });

  it('is told when it is done, once', () => {
    gone = { t: 'consent', removal: 'done' };
    expect(told({ recorded: false, consent: 'unknown' }, { state: 'off', id: '' })).toBe('done');
    sheet.leaving = '';
    expect(told({ recorded: false, consent: 'unknown' }, { state: 'off', id: '' })).toBe('');
  });

  it('is told of a legal hold, and of what went wrong', async () => {
    asks.mockResolvedValueOnce({ t: 'consent', removal: 'held' });
    await sheet.wantOut();
    expect(sheet.leaving).toBe('held');
    asks.mockRejectedValueOnce(new Error('conflict'));
    await sheet.wantOut();
    expect(sheet.leaving).toBe('failed');
  });

  it('can answer when it has ended, and means that one when another runs', async () => {
    told({ recorded: false, consent: 'refused' });
    expect(told({ recorded: false, consent: 'unknown' }, { state: 'off', id: '' })).toBe('ask');
    expect(told({}, { id: 'rec_2' })).toBe('ask');
    await sheet.wantOut();
    expect(asks.mock.calls[0]).toMatchObject([{ recording: 'rec_1' }]);
  });

  it('may think again, by the menu', () => {
    told({ recorded: false, consent: 'refused' });
    sheet.leaving = '';
    sheet.ask();
    expect(told({ recorded: false, consent: 'refused' })).toBe('ask');
    sheet.leaving = '';
    expect(told({ recorded: false, consent: 'refused' })).toBe('');
  });

  it('is not asked in a pause, nor when nothing was written of him', () => {
    expect(told({ recorded: false }, { state: 'paused' })).toBe('');
    expect(told({ recorded: false, consent: 'refused' }, { id: 'rec_2' })).toBe('');
  });

  it('is asked no more when he agrees again', () => {
    told({ recorded: false, consent: 'refused' });
    expect(told({})).toBe('');
    expect(told({ recorded: false, consent: 'refused' })).toBe('ask');
  });
});
