/** Words of what is loaded after the sheet and the console stand: the personal adviser, ratings. */
import { lang } from './lang.js';

const words = {
  upgrade: ['Offer to be the personal adviser', '申请成为专属顾问'],
  upgrade_waits: [
    '{name} offers to be the personal adviser',
    '{name} 已申请成为专属顾问，等待客户同意',
  ],
  is_mine: ['You are the personal adviser', '您是该客户的专属顾问'],
  is_others: ['Personal adviser: {name}', '专属顾问：{name}'],
  your_own: ['Your personal adviser', '您的专属顾问'],
  upgrade_ask: [
    '{name} would like to be your personal adviser: the same person each time you come, and this chat goes on.',
    '{name} 希望成为您的专属顾问：以后每次都由同一个人接待您，聊天记录继续保留。',
  ],
  upgrade_yes: ['Yes, gladly', '同意'],
  upgrade_no: ['No, thank you', '暂不'],
  line_offered: ['{name} offered to be the personal adviser.', '{name} 申请成为专属顾问。'],
  line_accepted: ['{name} is the personal adviser from now on.', '{name} 今后是专属顾问。'],
  line_declined: ['It stays as it was.', '保持原来的服务方式。'],
} as const satisfies Record<string, readonly [string, string]>;

export type CareKey = keyof typeof words;

/** The words for a key; `{name}` is replaced by `params.name`. */
export function ct(key: CareKey, params: Record<string, string | number> = {}): string {
  return words[key][lang() === 'en' ? 0 : 1].replace(/\{(\w+)\}/g, (_, name: string) =>
    String(params[name] ?? ''),
  );
}
