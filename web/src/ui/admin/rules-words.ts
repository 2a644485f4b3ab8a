/** Words of Settings → Keyword rules. */
import { lang } from '../i18n/index.js';

const en = {
  title: 'Keyword rules',
  lead: 'What is said in chats and comments is looked through for these words. A hit is on the board at once.',
  none: 'No rule yet.',
  add: 'Add a rule',
  change: 'Change',
  remove: 'Remove',
  sure: 'Remove {name} now?',
  name: 'Name',
  words: 'Words',
  words_hint: 'One a line. Chinese words are found anywhere, Latin ones as whole words.',
  act: 'When one is said',
  warn: 'tell the board',
  block: 'tell the board, and do not let it be said',
  on: 'Where',
  chat: 'chats with advisers',
  comments: 'comments of live rooms',
  count: 'words: {n}',
};

const zh: typeof en = {
  title: '关键词规则',
  lead: '对话和评论中出现这些词时，看板会立即提示。',
  none: '还没有规则。',
  add: '添加规则',
  change: '修改',
  remove: '删除',
  sure: '现在删除“{name}”？',
  name: '名称',
  words: '词语',
  words_hint: '每行一个。中文词在任何位置都算，英文词按整词匹配。',
  act: '出现时',
  warn: '在看板提示',
  block: '在看板提示，并且不让发出',
  on: '范围',
  chat: '与顾问的对话',
  comments: '直播间评论',
  count: '{n} 个词',
};

export function rw(word: keyof typeof en, params: Record<string, string | number> = {}): string {
  const table = lang() === 'en' ? en : zh;
  return table[word].replace(/\{(\w+)\}/g, (_, name: string) => String(params[name] ?? ''));
}
