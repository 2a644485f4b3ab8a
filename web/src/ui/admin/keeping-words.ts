/** Words of how recordings are kept and of what they take, fetched with the pages that say it. */
import { lang } from '../i18n/index.js';

/** The longest that recordings can be told to stay. */
export const DAYS_MAX = 36_500;

const en = {
  storage_used: 'Used',
  storage_count: 'Recordings',
  storage_bin: 'In the bin',
  storage_day: 'Written a day',
  storage_forecast: 'In 30 days',
  storage_free: 'Free on the disk',
  storage_soon: 'What goes within 7 days ({n})',
  brand_going:
    'Recordings that go within 7 days: {n}. They lie in the bin for 7 days first; which ones, says:',
  storage_nothing: 'Nothing goes within 7 days.',
  storage_for_good: 'for good {when}',
  storage_to_bin: 'into the bin {when}',
  rule_record: 'This room is recorded',
  rule_by_host: 'when a host says so',
  rule_always: 'always',
  rule_never: 'never',
  rule_consent: 'People in it',
  rule_ask: 'are asked first',
  rule_notice: 'agree by coming in',
  rule_retention: 'Days that recordings of this room are kept',
  rule_brand: 'as the brand says',
  rule_local: 'Days that files stay here after their upload',
  rule_server: 'as the server says',
  rule_save: 'Save',
};

const zh: Record<keyof typeof en, string> = {
  storage_used: '已用',
  storage_count: '录制',
  storage_bin: '回收站',
  storage_day: '每日写入',
  storage_forecast: '30 天后',
  storage_free: '磁盘剩余',
  storage_soon: '7 天内将清除（{n}）',
  brand_going: '7 天内将清除的录制：{n} 段（先在回收站保留 7 天）。详见：',
  storage_nothing: '7 天内没有要清除的录制。',
  storage_for_good: '{when} 彻底删除',
  storage_to_bin: '{when} 移入回收站',
  rule_record: '此会议室的录制',
  rule_by_host: '由主持人决定',
  rule_always: '总是录制',
  rule_never: '从不录制',
  rule_consent: '参会者',
  rule_ask: '先征求同意',
  rule_notice: '进入即同意',
  rule_retention: '此会议室的录制保留天数',
  rule_brand: '按品牌设置',
  rule_local: '上传到对象存储后，文件在本机保留天数',
  rule_server: '按服务器设置',
  rule_save: '保存',
};

export const KEEPING_TABLES = { en, 'zh-CN': zh };

export function k(word: keyof typeof en, params: Record<string, string> = {}): string {
  return KEEPING_TABLES[lang()][word].replace(
    /\{(\w+)\}/g,
    (_, name: string) => params[name] ?? '',
  );
}
