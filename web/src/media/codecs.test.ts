import { expect, it, vi } from 'vitest';
import { askedCodec, choose, isLayered, offerDescriptors } from './codecs.js';

const chromium = [
  { mimeType: 'video/VP9', sdpFmtpLine: 'profile-id=0' },
  { mimeType: 'video/VP9', sdpFmtpLine: 'profile-id=2' },
  { mimeType: 'video/H264', sdpFmtpLine: 'packetization-mode=1;profile-level-id=42e01f' },
  { mimeType: 'video/H264', sdpFmtpLine: 'packetization-mode=0;profile-level-id=42e01f' },
  { mimeType: 'video/rtx' },
  { mimeType: 'video/VP8' },
  { mimeType: 'video/flexfec-03', sdpFmtpLine: 'repair-window=10000000' },
  { mimeType: 'video/AV1', sdpFmtpLine: 'level-idx=5;profile=1;tier=0' },
];

it('offers VP8 first and only what a meeting uses', () => {
  const names = choose(chromium).map((one) => `${one.mimeType} ${one.sdpFmtpLine ?? ''}`.trim());
  expect(names).toEqual([
    'video/VP8',
    'video/VP9 profile-id=0',
    'video/H264 packetization-mode=1;profile-level-id=42e01f',
    'video/rtx',
  ]);
});

it('keeps Opus and its redundant form, and nothing else, for sound', () => {
  const sound = ['audio/red', 'audio/opus', 'audio/G722', 'audio/PCMU', 'audio/telephone-event'];
  const names = choose(sound.map((mimeType) => ({ mimeType }))).map((one) => one.mimeType);
  expect(names).toEqual(['audio/opus', 'audio/red']);
});

it('offers first what the page was asked for', () => {
  const first = (codec: 'h264' | 'av1' | 'vp9'): string | undefined =>
    choose(chromium, codec)[0]?.mimeType;
  expect(first('h264')).toBe('video/H264');
  expect(first('vp9')).toBe('video/VP9');
  expect(first('av1')).toBe('video/VP9'); // there is none that a meeting uses: the order stays
});

it('reads the option, and nothing that is none', () => {
  expect(askedCodec('?codec=av1')).toBe('av1');
  expect(askedCodec('?codec=theora')).toBe('vp8');
  expect(askedCodec('')).toBe('vp8');
  expect(
    ['vp8', 'h264', 'vp9', 'av1'].map((one) => isLayered(askedCodec(`?codec=${one}`))),
  ).toEqual([false, false, true, true]);
});

it('offers the dependency descriptor where the browser lets it', () => {
  const uri =
    'https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension';
  const told = vi.fn();
  const transceiver = {
    getHeaderExtensionsToNegotiate: () => [
      { uri: 'urn:ietf:params:rtp-hdrext:sdes:mid', direction: 'sendrecv' },
      { uri, direction: 'stopped' },
    ],
    setHeaderExtensionsToNegotiate: told,
  } as unknown as RTCRtpTransceiver;
  offerDescriptors(transceiver);
  expect(told.mock.calls[0]?.[0]).toContainEqual({ uri, direction: 'sendrecv' });
  expect(() => offerDescriptors({} as RTCRtpTransceiver)).not.toThrow();
});

it('takes VP9 as Firefox names it', () => {
  const firefox = [{ mimeType: 'video/VP9', sdpFmtpLine: 'max-fs=12288;max-fr=60' }];
  expect(choose(firefox)).toHaveLength(1);
});
