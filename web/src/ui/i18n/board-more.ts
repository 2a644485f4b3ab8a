/** Words of what the board loads later: alerts, the funnel, ratings, exports. */
import { lang } from './lang.js';

const words = {
  no_groups: [
    'No group to see yet. Groups are made under Manage → Groups; a supervisor is given his under Manage → People → Roles.',
    '还没有可查看的服务组。服务组在「管理 → 服务组」中创建；主管负责哪些组在「管理 → 人员 → 角色」中分配。',
  ],
  queue_wait: ['{where}: somebody has been waiting for {time}', '{where}：有人已等待 {time}'],
  no_rep: ['{where}: nobody is online since {time}', '{where}：{time}以来无人在线'],
  since: ['since {time}', '自 {time}'],
  first_reply: ['first reply: half within', '首次回复：中位数'],
  first_reply_slow: ['nine in ten within', '九成不超过'],
  customer: ['customer', '客户'],
  rep: ['adviser', '顾问'],
  bot: ['bot', '机器人'],
  rated: ['rating', '平均评分'],
  reports: ['Reports', '报表'],
  funnel: ['Funnel', '转化漏斗'],
  ratings: ['Ratings', '评价'],
  export: ['Export', '导出'],
  days: ['Time', '时间'],
  day_1: ['last 24 hours', '最近 24 小时'],
  day_7: ['last 7 days', '最近 7 天'],
  day_30: ['last 30 days', '最近 30 天'],
  by: ['By', '分组'],
  by_none: ['all together', '全部'],
  by_channel: ['channel', '渠道'],
  by_entry: ['entry', '入口'],
  by_room: ['room', '直播间'],
  by_product: ['product', '商品'],
  by_rep: ['adviser', '顾问'],
  by_inviter: ['inviter', '邀请人'],
  by_state: ['state', '来源标记'],
  by_day: ['day', '日期'],
  touch: ['came', '进入'],
  joined: ['watched', '观看'],
  tap: ['tapped', '点击'],
  card: ['saw a card', '看到名片'],
  bound: ['added', '已添加'],
  talked: ['wrote', '发言'],
  answered: ['answered', '已回复'],
  called: ['called', '通话'],
  clicked: ['to the shop', '去购买'],
  shop: ['arrived', '到店'],
  ordered: ['ordered', '下单'],
  refunded: ['refunded', '退款'],
  people: ['people', '人数'],
  revenue: ['revenue', '成交额'],
  nothing: ['Nothing in this time.', '这段时间没有数据。'],
  truncated: [
    'More than a million entries: only the first are counted.',
    '超过一百万条，仅统计前面的部分。',
  ],
  funnel_csv: ['Funnel (CSV)', '漏斗（CSV）'],
  shifts_csv: ['Shifts and presence (CSV)', '班次与在线记录（CSV）'],
  names: ['with names', '含姓名'],
  failed: ['This could not be loaded.', '加载失败。'],
  none: ['–', '–'],
  read: ['Read a conversation', '查阅对话'],
  read_hint: [
    'Those of your groups. Who read it, when and why is written down, and its adviser sees it.',
    '仅限您负责的服务组。查阅人、时间和原因会被记录，负责的顾问可以看到。',
  ],
  read_choose: ['Choose an adviser…', '请选择顾问…'],
  read_name: ['Customer', '客户'],
  read_none: ['No conversation.', '没有对话。'],
  read_why: ['Why do you read the conversation with {name}?', '查阅与 {name} 的对话的原因'],
  read_do: ['Read', '查阅'],
  read_close: ['Close', '关闭'],
  read_empty: ['Nothing was said.', '没有消息。'],
  kind_image: ['(a picture)', '（图片）'],
  kind_product: ['(a product)', '（商品）'],
  kind_material: ['(a document)', '（资料）'],
  kind_card: ['(a card)', '（名片）'],
  kind_call: ['(a call)', '（通话）'],
  kind_upgrade: ['(personal adviser)', '（专属顾问）'],
  s: ['{n} s', '{n} 秒'],
  min: ['{n} min', '{n} 分钟'],
} as const satisfies Record<string, readonly [string, string]>;

export type BoardWord = keyof typeof words;

export function bw(word: BoardWord, params: Record<string, string | number> = {}): string {
  return words[word][lang() === 'en' ? 0 : 1].replace(/\{(\w+)\}/g, (_, name: string) =>
    String(params[name] ?? ''),
  );
}

export function isBoardWord(word: string): word is BoardWord {
  return Object.hasOwn(words, word);
}
