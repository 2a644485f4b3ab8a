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
  rate: ['How was it?', '评价'],
  rate_ask: ['How was it with {name}?', '请为 {name} 的服务评分'],
  rate_thanks: ['Thank you. You can still change it.', '谢谢！稍后仍可修改。'],
  rate_stars: ['{n} of 5', '{n} 星，共 5 星'],
  rate_word: ['A word about it (optional)', '想说点什么（可不填）'],
  rate_send: ['Done', '完成'],
  rate_away: ['Put away', '收起'],
  rated: ['The customer gave {n} of 5', '客户评分：{n} 星'],
  kept: ['Saved', '已保存'],
  choose: ['Choose…', '请选择…'],
  nobody_else: ['Choose a colleague…', '请选择同事…'],
  give: ['Give to {name} now', '现在转给 {name}'],
  assist: ['Only you see this', '仅您可见'],
  assist_use: ['Into my answer', '填入回复'],
  assist_product: ['Send the product', '发送商品'],
  assist_material: ['Send the document', '发送资料'],
  assist_open: ['Open', '打开链接'],
  product_send: ['Send a product', '发送商品'],
  tap_still: ['What the stream showed at the tap', '点击时的直播画面'],
  touches: ['Visits: {n}', '来访 {n} 次'],
  channel_live: ['live room', '直播间'],
  channel_home: ['home page', '首页'],
  channel_replay: ['replay', '回放'],
  channel_card: ['card', '名片'],
  channel_qr: ['QR code', '二维码'],
  channel_site: ['website', '网站'],
  readings: ['Read from outside', '他人查阅记录'],
  reading_read: ['{name} read this on {time}: {reason}', '{name} 于 {time} 查阅：{reason}'],
  reading_move: ['{name} moved this on {time}: {reason}', '{name} 于 {time} 转移：{reason}'],
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

export function isCareKey(key: string): key is CareKey {
  return key in words;
}
