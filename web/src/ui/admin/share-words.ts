/** Words of the list of links, fetched with it: who opens a link has no use for them. */
import { lang } from '../i18n/index.js';

const en = {
  share_title: 'Share',
  share_for: 'For whom',
  share_organisation: 'People of this organisation',
  share_attendees: 'Those who were there',
  share_anyone: 'Anyone with the link',
  share_ends: 'Ends after',
  share_day: '1 day',
  share_days: '{n} days',
  share_note: 'What for',
  share_note_hint: 'Shown here only',
  share_from: 'Clip from here',
  share_to: 'Clip to here',
  share_clip: 'Only {from} to {to}',
  share_whole: 'The whole recording',
  share_watermark: "Viewer's name over the picture",
  share_watermarked: 'with a watermark',
  share_add: 'Make a link',
  share_made: 'The link was made and copied.',
  share_made_only: 'The link was made; it stands below.',
  share_revoke: 'Take back',
  share_revoked: 'Taken back',
  share_expired: 'Ended',
  share_link: 'Link',
  share_until: 'until {when}',
  share_views: 'views: {n}',
};

const zh: Record<keyof typeof en, string> = {
  share_title: '分享',
  share_for: '给谁看',
  share_organisation: '本组织的成员',
  share_attendees: '当时在场的人',
  share_anyone: '任何有链接的人',
  share_ends: '有效期',
  share_day: '1 天',
  share_days: '{n} 天',
  share_note: '用途',
  share_note_hint: '仅在此显示',
  share_from: '片段从这里开始',
  share_to: '片段到这里结束',
  share_clip: '仅 {from} 至 {to}',
  share_whole: '整段录制',
  share_watermark: '画面显示观看者姓名水印',
  share_watermarked: '带水印',
  share_add: '创建链接',
  share_made: '链接已创建并复制。',
  share_made_only: '链接已创建，见下方。',
  share_revoke: '收回',
  share_revoked: '已收回',
  share_expired: '已到期',
  share_link: '链接',
  share_until: '有效至 {when}',
  share_views: '观看 {n} 次',
};

export type ShareWord = keyof typeof en;
export const SHARE_TABLES = { en, 'zh-CN': zh };

export function sh(word: ShareWord, params: Record<string, string> = {}): string {
  return SHARE_TABLES[lang()][word].replace(/\{(\w+)\}/g, (_, name: string) => params[name] ?? '');
}

export function isShareWord(word: string): word is ShareWord {
  return Object.hasOwn(en, word);
}
