/** Words of replays: the page of one, and what a host publishes with. */
import { lang } from './lang.js';

const WORDS = {
  replay: ['Replay', '回放'],
  replays: ['Replays', '直播回放'],
  opening: ['Opening the replay…', '正在打开回放…'],
  of_day: ['Live on {when}', '直播于 {when}'],
  play: ['Play', '播放'],
  pause: ['Pause', '暂停'],
  position: ['Position', '播放位置'],
  position_of: ['{at} of {all}', '{at}，共 {all}'],
  speed: ['Speed', '倍速'],
  chapters: ['Chapters', '章节'],
  chapters_none: ['No product was shown', '没有讲解商品'],
  explained_at: ['Explained at {at}', '{at} 开始讲解'],
  link_here: ['Copy a link to this moment', '复制此刻的链接'],
  link_chapter: ['Copy the link of “{title}”', '复制「{title}」的讲解链接'],
  copied: ['Link copied', '链接已复制'],
  not_copied: ['Copy the address from the address bar', '未能复制，请从地址栏复制'],
  then_now: ['then {then} · now {now}', '直播价 {then} · 现价 {now}'],
  then_only: ['{then} in the stream', '直播价 {then}'],
  sold_out: ['Not in the shop any more', '已下架'],
  withdrawn_title: ['This replay was withdrawn', '此回放已撤回'],
  withdrawn_text: ['Its host does not show it any more.', '主播已不再公开此回放。'],
  not_ready_title: ['This replay is being made', '回放正在生成'],
  not_ready_text: [
    'Stay on this page: it begins here by itself.',
    '请停留在此页面，生成后会自动打开。',
  ],
  no_such_replay_title: ['There is no replay here', '这里没有回放'],
  no_such_replay_text: ['The link is wrong or not complete.', '链接有误或不完整。'],
  other_title: ['The replay cannot be opened', '无法打开回放'],
  no_format_text: ['This browser cannot play the film (WebM).', '此浏览器无法播放该视频（WebM）。'],
  /* the host's console */
  publish_title: ['Publish a replay', '发布回放'],
  publish_text: [
    'Whoever has the link sees it, until you withdraw it. What you drop is not in the film.',
    '知道链接的人都能观看，直到您撤回。剪掉的部分不会出现在视频中。',
  ],
  f_title: ['Title', '标题'],
  f_from: ['From', '开始'],
  f_to: ['To', '结束'],
  f_drop: ['Leave out', '剪掉'],
  drop_add: ['Leave a part out', '剪掉一段'],
  drop_remove: ['Keep this part', '保留此段'],
  f_portrait: ['Upright picture (phone)', '竖屏画面（手机）'],
  f_recording: ['Recording', '录制'],
  publish: ['Publish', '发布'],
  withdraw: ['Withdraw', '撤回'],
  withdraw_sure: ['Withdraw for everybody?', '确定对所有人撤回？'],
  keep: ['Keep', '保留'],
  open: ['Open', '打开'],
  s_preparing: ['Being made', '生成中'],
  s_waiting: ['Waits for its turn ({n} before)', '排队中（前面 {n} 个）'],
  s_published: ['Published', '已发布'],
  s_failed: ['Failed ({code})', '失败（{code}）'],
  s_withdrawn: ['Withdrawn', '已撤回'],
  not_recorded: ['This stream was not recorded.', '本场直播没有录制。'],
  bad_time: [
    'A time is like 3:21, its end behind its beginning.',
    '时间格式如 3:21，且结束应晚于开始。',
  ],
  watch: ['Watch', '观看'],
} satisfies Record<string, [en: string, zh: string]>;

export type ReplayKey = keyof typeof WORDS;

/** The words for a key; `{name}` is replaced by `params.name`. */
export function rt(key: ReplayKey, params: Record<string, string | number> = {}): string {
  return WORDS[key][lang() === 'en' ? 0 : 1].replace(/\{(\w+)\}/g, (_, name: string) =>
    String(params[name] ?? ''),
  );
}

export const isReplayKey = (key: string): key is ReplayKey => key in WORDS;
