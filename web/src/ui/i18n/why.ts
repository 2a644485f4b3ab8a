/** Words of the panel that says how the connection is, fetched with it. */
import { lang } from './lang.js';

const words = {
  why_ok: ['Everything gets through.', '一切通畅。'],
  why_uplink: [
    'Your upload is slow: others may see you less sharply.',
    '您的上行网络较慢：别人看您可能不够清晰。',
  ],
  why_downlink: [
    'Your download is slow: you may see others less sharply.',
    '您的下行网络较慢：您看别人可能不够清晰。',
  ],
  why_server: ['The server is busy; it is not your network.', '服务器较忙，不是您的网络问题。'],
  why_peer: [
    'The other side sends little; it is not your network.',
    '对方发送得少，不是您的网络问题。',
  ],
  why_unknown: ['Measuring…', '正在测量…'],
  why_rtt: ['Round trip', '往返时延'],
  why_loss: ['Loss', '丢包'],
  why_loss_up: ['Lost, sending', '上行丢包'],
  why_loss_down: ['Lost, receiving', '下行丢包'],
  why_up: ['Sending', '发送'],
  why_down: ['Receiving', '接收'],
  why_path: ['Route', '线路'],
  why_direct: ['direct (UDP)', '直连（UDP）'],
  why_relay: ['through a relay', '经中继'],
  why_sent: ['What you send', '您发送的'],
  why_received: ['What you receive', '您接收的'],
  why_who: ['Who', '成员'],
  why_size: ['Size', '尺寸'],
  why_rate: ['Rate', '码率'],
  why_limit: ['Limited by', '受限于'],
  limit_none: ['nothing', '无'],
  limit_cpu: ['this computer', '本机性能'],
  limit_bandwidth: ['the network', '网络'],
  limit_other: ['something else', '其他'],
  layer_q: ['small', '小'],
  layer_h: ['medium', '中'],
  layer_f: ['full', '全'],
  why_nothing: ['Nothing at the moment.', '目前没有。'],
} as const satisfies Record<string, readonly [string, string]>;

export type WhyKey = keyof typeof words;

export function yt(key: WhyKey): string {
  return words[key][lang() === 'en' ? 0 : 1];
}

/** Whether there are words for a code that came from elsewhere. */
export function isWhyKey(code: string): code is WhyKey {
  return Object.hasOwn(words, code);
}
