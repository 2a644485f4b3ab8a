/** Words of Settings → Alerts. */
import { lang } from '../i18n/index.js';

const words = {
  title: ['Alerts', '告警'],
  lead: [
    'When customers are not served, the board says so, your systems hear of it (alert.raised), and a word can be said in the live room.',
    '客户无人接待时，看板会亮起横幅，您的系统会收到 alert.raised，也可以在直播间发一句话。',
  ],
  none: ['No alert yet.', '还没有告警。'],
  add: ['Add an alert', '添加告警'],
  change: ['Change', '修改'],
  remove: ['Remove', '删除'],
  sure: ['Remove {name} now?', '现在删除“{name}”？'],
  name: ['Name', '名称'],
  kind: ['When', '条件'],
  queue_wait: ['somebody waits for too long', '有人等待过久'],
  no_rep: ['it is open and nobody is online', '营业时间内无人在线'],
  limit: ['For how many seconds', '持续多少秒'],
  group: ['Group', '小组'],
  any: ['any', '任意一组'],
  say: ['What is said in the room (optional)', '在直播间发言（可不填）'],
  say_hint: ['Everybody in the room reads it.', '直播间里所有人都能看到。'],
  room: ['Room (empty: all that are live)', '直播间编号（不填：所有直播中的房间）'],
  on: ['On', '启用'],
  off: ['off', '已停用'],
  raised: ['raised since {time}', '告警中，自 {time}'],
  seconds: ['{n} s', '{n} 秒'],
} as const satisfies Record<string, readonly [string, string]>;

export type AlertWord = keyof typeof words;

export function aw(word: AlertWord, params: Record<string, string | number> = {}): string {
  return words[word][lang() === 'en' ? 0 : 1].replace(/\{(\w+)\}/g, (_, name: string) =>
    String(params[name] ?? ''),
  );
}
