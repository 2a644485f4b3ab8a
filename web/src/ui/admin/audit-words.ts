/** Words of the audit log, fetched with it. */
import { lang } from '../i18n/index.js';

const en = {
  audit_action: 'What',
  audit_object: 'To what',
  audit_actor: 'Who',
  audit_when: 'When',
  audit_detail: 'More',
  audit_server: 'the server',
  audit_check: 'Check the chain',
  audit_whole: 'All {n} lines are whole.',
  audit_broken: 'The chain is broken after line {n} ({fault}).',
  audit_none: 'No line fits.',
  audit_more: 'Show older ones',
  audit_alike:
    'Others have this name too. Only {id} is searched; search the others by id: {others}',
};

const zh: Record<keyof typeof en, string> = {
  audit_action: '操作',
  audit_object: '对象',
  audit_actor: '操作者',
  audit_when: '时间',
  audit_detail: '详情',
  audit_server: '服务器',
  audit_check: '校验链',
  audit_whole: '全部 {n} 行完整无缺。',
  audit_broken: '第 {n} 行之后的链已损坏（{fault}）。',
  audit_none: '没有符合的记录。',
  audit_more: '显示更早的',
  audit_alike: '有多人同名。当前仅查询 {id}；其他人请按 ID 查询：{others}',
};

export type AuditWord = keyof typeof en;
export const AUDIT_TABLES = { en, 'zh-CN': zh };

export function au(word: AuditWord, params: Record<string, string> = {}): string {
  return AUDIT_TABLES[lang()][word].replace(/\{(\w+)\}/g, (_, name: string) => params[name] ?? '');
}
