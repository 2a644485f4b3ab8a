/** Words of Settings → People alone. */
import { lang } from '../i18n/index.js';

const words = {
  role_needed: ['Choose at least one role.', '请至少选择一个角色。'],
  login_taken: ['Somebody has this login already.', '此登录名已有人使用。'],
  last_owner: [
    'This is the last owner: make another one first.',
    '这是最后一位所有者，请先添加另一位所有者。',
  ],
  groups_of: ['Groups that are seen and led', '负责的服务组'],
  groups_hint: [
    'A supervisor sees the groups that are given here; there is none yet:',
    '主管只看得到分配给自己的服务组；现在还没有：',
  ],
  adviser_hint: [
    'For the desk, also fill in what customers see:',
    '要使用工作台，还需填写客户可见的资料：',
  ],
} as const satisfies Record<string, readonly [string, string]>;

/** What each role may. */
const DEEDS: Record<string, readonly [string, string]> = {
  owner: ['Everything; alone makes other owners.', '拥有全部权限，只有所有者可以添加所有者。'],
  admin: [
    'Brand, people, keys, hooks, rooms, recordings.',
    '管理品牌、人员、密钥、钩子、房间和录制。',
  ],
  supervisor: [
    'Sees who waits in the groups given here, and moves conversations.',
    '查看所负责服务组的等待情况，转交对话。',
  ],
  host: ['Makes meetings and live streams.', '发起会议和直播。'],
  assistant: ['Helps with live streams.', '协助直播。'],
  rep: ['Talks with customers at the desk.', '在工作台接待客户。'],
  auditor: [
    'Reads recordings and the audit log, changes nothing.',
    '查看录制和审计日志，不能修改。',
  ],
};

export function pw(word: keyof typeof words): string {
  return words[word][lang() === 'en' ? 0 : 1];
}

export function deeds(role: string): string {
  return DEEDS[role]?.[lang() === 'en' ? 0 : 1] ?? '';
}
