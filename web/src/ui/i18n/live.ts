/** Words of the live room's pages, apart from the meeting's: a viewer loads only these. */
import { lang } from './lang.js';
import type { BrandKey } from './live-brand.js';
import type { MoreKey } from './live-more.js';

const WORDS = {
  live_title: ['Live', '直播'],
  live_now: ['LIVE', '直播中'],
  paused: ['Paused', '已暂停'],
  soon: ['Soon', '即将开始'],
  over: ['Ended', '已结束'],
  viewers: ['{n} watching', '{n} 人在看'],
  likes: ['{n} so far', '{n} 次点赞'],
  loading: ['Opening the stream…', '正在打开直播…'],
  starts_in: ['Starts in', '距离开播'],
  starts_soon: ['The host will be here in a moment', '主播马上就到'],
  starts_when: ['The host has not said when', '开播时间待定'],
  add_calendar: ['Add to calendar', '添加到日历'],
  stay_here: [
    'Stay on this page: the stream begins here by itself.',
    '停留在此页面，开播后会自动播放。',
  ],
  pause_title: ['A short break', '休息一下'],
  pause_text: ['The stream goes on here in a moment.', '直播稍后在此继续。'],
  away_title: ['The host lost the connection', '主播的网络断开了'],
  away_text: ['Stay here: the stream comes back by itself.', '请稍候，恢复后会自动继续。'],
  line_title: ['Your connection is away', '您的网络断开了'],
  line_text: ['We are trying again.', '正在重新连接…'],
  ended_title: ['The stream has ended', '直播已结束'],
  ended_text: ['Thank you for watching.', '感谢观看。'],
  more_live: ['What else is on', '看看其他直播'],
  again: ['Try again', '重试'],
  gone_title: ['There is no stream here', '这里没有直播'],
  gone_text: ['The link is wrong, or the stream was taken away.', '链接有误，或直播已被移除。'],
  failed_title: ['The stream cannot be opened', '无法打开直播'],
  unfit_text: [
    'This browser does not know its format, and all converters are busy. Try another browser.',
    '此浏览器不支持该视频格式，转码已满，请换个浏览器。',
  ],
  no_webrtc_title: ['This app cannot play the stream', '此应用无法播放直播'],
  no_webrtc_text: [
    'Open the link in your browser: copy it below.',
    '请复制链接，在手机浏览器中打开。',
  ],
  sound_tap: ['Tap for sound', '点击开启声音'],
  sound_off: ['Sound off', '关闭声音'],
  sound_on: ['Sound on', '打开声音'],
  full: ['Full screen', '全屏'],
  share: ['Copy the link', '复制链接'],
  copied: ['Link copied', '链接已复制'],
  not_copied: ['Copy the address from the address bar', '未能复制，请从地址栏复制'],
  comment: ['Comment…', '说点什么…'],
  comment_label: ['Your comment', '评论'],
  your_name: ['Your name', '您的昵称'],
  send: ['Send', '发送'],
  comments: ['Comments', '评论'],
  no_comments: ['No comments yet', '还没有评论'],
  host_badge: ['Host', '主播'],
  like: ['Like', '点赞'],
  shelf: ['Products', '商品'],
  shelf_count: ['Products, {n}', '商品，共 {n} 件'],
  shelf_empty: ['Nothing on the shelf yet', '暂无商品'],
  now_shown: ['Shown now', '正在讲解'],
  buy: ['Buy in the shop', '去商城购买'],
  price_ask: ['Price on request', '价格请咨询'],
  close: ['Close', '关闭'],
  vote: ['Vote', '投票'],
  votes: ['Votes: {n}', '{n} 票'],
  join_stage: ['Join on stage', '申请连麦'],
  stage_preview: ['You on stage', '连麦预览'],
  stage_on: ['You are on stage', '您正在连麦'],
  stage_over: ['The host ended it', '连麦已结束'],
  stage_no_devices: ['No camera and no microphone', '没有可用的摄像头或麦克风'],
  err_too_many: ['Not so fast: wait a little', '太快了，请稍等'],
  err_forbidden: ['This cannot be said here', '此内容无法发送'],
  err_conflict: [
    "Choose another name: this one looks like the host's",
    '请换一个昵称：此昵称与官方相似',
  ],
  err_other: ['That did not work', '操作未成功'],
  end: ['End', '结束直播'],
  camera: ['Camera', '摄像头'],
  mic: ['Microphone', '麦克风'],
  screen: ['Share screen', '共享屏幕'],
  c_delete: ['Delete', '删除'],
  c_pin: ['Pin', '置顶'],
  c_unpin: ['Unpin', '取消置顶'],
  c_mute: ['Mute this viewer', '禁言'],
  c_shadow: ['Hide quietly', '静默屏蔽'],
  off: ['off', '关'],
  poll: ['Poll', '投票'],
} satisfies Record<string, [en: string, zh: string]>;

export type LiveKey = keyof typeof WORDS | BrandKey | MoreKey;

const known: Record<string, readonly [en: string, zh: string]> = { ...WORDS };

/** Whether there are words for it, of the page or added. */
export function isLiveKey(key: string): key is LiveKey {
  return key in known;
}

/** Words that a page has beside the viewer's. */
export function addWords(more: Record<string, readonly [en: string, zh: string]>): void {
  Object.assign(known, more);
}

/** The words for a key; `{name}` is replaced by `params.name`. */
export function lt(key: LiveKey, params: Record<string, string | number> = {}): string {
  return (known[key]?.[lang() === 'en' ? 0 : 1] ?? key).replace(/\{(\w+)\}/g, (_, name: string) =>
    String(params[name] ?? ''),
  );
}

/** Short numbers: 1,234 → 1.2k, in Chinese 1.2万 from ten thousand. */
export function short(n: number): string {
  const locale = lang() === 'en' ? 'en' : 'zh-CN';
  return new Intl.NumberFormat(locale, { notation: 'compact', maximumFractionDigits: 1 }).format(n);
}

export function dateTime(ms: number): string {
  const locale = lang() === 'en' ? 'en' : 'zh-CN';
  return new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' }).format(ms);
}
