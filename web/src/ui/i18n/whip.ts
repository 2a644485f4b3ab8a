/** Words of the two small pages for WHIP and WHEP: /publish and /watch. */
import { lang } from './lang.js';

const words = {
  watch_title: ['Watch', '观看'],
  watch_sound: ['Tap for sound', '点此打开声音'],
  watch_waiting: [
    'Nobody is on stage yet. The picture begins by itself.',
    '台上还没有人，画面会自动开始。',
  ],
  watch_again: ['Trying again…', '正在重试…'],
  watch_how: [
    'Open this page as /watch#ROOM or /watch#ROOM/IDENTITY.',
    '请用 /watch#房间 或 /watch#房间/身份 打开本页。',
  ],
  watch_fullscreen: ['Full screen', '全屏'],
  publish_title: ['Publish by WHIP', '用 WHIP 推流'],
  publish_camera: ['Camera and microphone', '摄像头和麦克风'],
  publish_pattern: ['Test pattern and tone', '测试图和测试音'],
  publish_start: ['Start', '开始'],
  publish_stop: ['Stop', '停止'],
  publish_token: ['Token (not needed in the demo)', '令牌（演示中不需要）'],
  publish_room: ['Room', '房间'],
  publish_identity: ['Identity', '身份'],
  publish_live: ['Live. Watch it at {url}', '正在推流。观看地址：{url}'],
  publish_idle: ['Not sending.', '未推流。'],
} as const satisfies Record<string, readonly [string, string]>;

export type WhipKey = keyof typeof words;

/** The words for a key; `{name}` is replaced by `params.name`. */
export function pt(key: WhipKey, params: Record<string, string> = {}): string {
  return words[key][lang() === 'en' ? 0 : 1].replace(
    /\{(\w+)\}/g,
    (_, name: string) => params[name] ?? '',
  );
}
