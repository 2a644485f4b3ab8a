/** Words of a running consult: screen, still picture, recording, a colleague who is asked in. */
import { lang } from './lang.js';

const words = {
  screen: ['Share the screen', '共享屏幕'],
  screen_off: ['Stop sharing the screen', '停止共享屏幕'],
  still: ['Send a sharp picture', '发送高清照片'],
  still_show: [
    'Only what you send leaves your device, without the place.',
    '只有点击发送后才会发出，且不含位置信息。',
  ],
  still_send: ['Send', '发送'],
  still_again: ['Take again', '重拍'],
  still_no: ['Discard', '不发送'],
  still_failed: ['The picture could not be sent.', '照片未能发送。'],
  still_alt: ['The picture that will be sent', '将要发送的照片'],
  record: ['Record this call', '录制通话'],
  record_stop: ['Stop recording', '停止录制'],
  record_waits: ['Nothing is recorded until the other has agreed.', '对方同意之前不会录制。'],
  recorded: ['This call is recorded', '通话正在录制'],
  record_refused: ['One of you said no: nothing is recorded.', '有一方不同意：不会录制。'],
  consent_ask: [
    'May this call be recorded? Nothing is recorded unless you agree; you can change it at any time.',
    '是否同意录制此次通话？未经您同意不会录制，您可随时更改。',
  ],
  consent_yes: ['I agree', '同意'],
  consent_no: ['I do not', '不同意'],
  consent_change: ['Change my answer', '更改我的选择'],
  ask_in: ['Ask a colleague in', '请同事加入'],
  ask_in_do: ['Ask', '邀请'],
  nobody: ['nobody', '不选'],
  asked: ['{name} has been asked in', '已邀请 {name}'],
  here: ['{name} is in the call', '{name} 已加入通话'],
  hand_over: ['Hand the call to {name}', '将通话交给 {name}'],
  dismiss: ['Without {name}', '不再邀请 {name}'],
  as_expert: ['You are in as an expert', '您以专家身份参与'],
} as const;

export type ConsultKey = keyof typeof words;

/** What it is called in the page's language. */
export function kt(key: ConsultKey, params: Record<string, string | number> = {}): string {
  const text: string = words[key][lang() === 'en' ? 0 : 1];
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(params[name] ?? whole));
}
