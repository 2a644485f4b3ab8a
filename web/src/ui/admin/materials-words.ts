/** Words of Settings → Materials. */
import { lang } from '../i18n/index.js';

const en = {
  title: 'Materials',
  lead: 'Documents that advisers send. The newest version goes out; links to older ones say that it was updated.',
  none: 'No material yet.',
  add: 'Add a material',
  name: 'Title',
  url: 'Address (https)',
  version: 'version {n}',
  withdrawn: 'withdrawn',
  withdraw: 'Withdraw',
  bring_back: 'Bring back',
  renew: 'New version',
};

const zh: typeof en = {
  title: '资料',
  lead: '顾问可发送的资料。发出的总是最新版本，旧链接会提示已更新。',
  none: '还没有资料。',
  add: '添加资料',
  name: '标题',
  url: '地址（https）',
  version: '第 {n} 版',
  withdrawn: '已撤回',
  withdraw: '撤回',
  bring_back: '恢复',
  renew: '新版本',
};

export function mw(word: keyof typeof en, params: Record<string, string | number> = {}): string {
  const table = lang() === 'en' ? en : zh;
  return table[word].replace(/\{(\w+)\}/g, (_, name: string) => String(params[name] ?? ''));
}
