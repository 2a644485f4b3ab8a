import { afterEach, expect, it, vi } from 'vitest';

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
const { MarkerForm } = await import('./recording-forms.js');

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
