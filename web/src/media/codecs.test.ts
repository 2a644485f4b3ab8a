import { expect, it } from 'vitest';
import { choose } from './codecs.js';

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
