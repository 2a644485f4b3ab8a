/** Words of the panel that takes a person out, fetched with it. */
import { lang } from '../i18n/index.js';

const en = {
  era_title: 'Erase a person',
  era_hint: 'Tracks, pictures, chat and name go for good; who else was there stays.',
  era_who: 'Who',
  era_where: 'Where',
  era_here: 'In this recording',
  era_everywhere: 'In all recordings',
  era_renders: 'Files that were made with this person',
  era_withdraw: 'Remove',
  era_again: 'Make again without',
  era_look: 'Show what will go',
  era_looking: 'Looking…',
  era_files: '{n} tracks ({size})',
  era_files_one: '1 track ({size})',
  era_stills: '{n} pictures',
  era_stills_one: '1 picture',
  era_chat: '{n} messages',
  era_chat_one: '1 message',
  era_markers: '{n} notes',
  era_markers_one: '1 note',
  era_renders_n: '{n} files',
  era_renders_n_one: '1 file',
  era_runs: 'is still recorded: goes when it ends',
  era_start: 'Erase for good',
  era_cancel: 'Cancel',
  era_running: 'Going: {done} of {all} recordings',
  era_held: 'Waits for a legal hold: {why}',
  era_refused: 'Nothing was erased: legal hold, {why}',
  era_done: 'Erased.',
  era_own: 'Asked for in the meeting, by the person who goes.',
};

const zh: typeof en = {
  era_title: '删除某人的数据',
  era_hint: '其音视频、截图、聊天和姓名将被永久删除；其他人的内容保留。',
  era_who: '人员',
  era_where: '范围',
  era_here: '仅此录制',
  era_everywhere: '所有录制',
  era_renders: '包含此人的合成文件',
  era_withdraw: '移除',
  era_again: '去除此人后重新合成',
  era_look: '查看将删除的内容',
  era_looking: '正在查找…',
  era_files: '{n} 个音视频文件（{size}）',
  era_files_one: '1 个音视频文件（{size}）',
  era_stills: '{n} 张截图',
  era_stills_one: '1 张截图',
  era_chat: '{n} 条聊天',
  era_chat_one: '1 条聊天',
  era_markers: '{n} 条笔记',
  era_markers_one: '1 条笔记',
  era_renders_n: '{n} 个合成文件',
  era_renders_n_one: '1 个合成文件',
  era_runs: '仍在录制：结束后删除',
  era_start: '永久删除',
  era_cancel: '取消',
  era_running: '正在删除：{done}/{all} 个录制',
  era_held: '依法保留，等待解除：{why}',
  era_refused: '没有删除任何内容：依法保留，{why}',
  era_done: '已删除。',
  era_own: '由本人在会议中提出。',
};

export const ERASURE_TABLES = { en, 'zh-CN': zh };

/** What goes, or is to go; each counted as its number wants it. */
export function eraSum(
  of: { files: number; stills: number; chat: number; markers: number; renders: number },
  size: string,
): string {
  const counted = (n: number, one: keyof typeof en, many: keyof typeof en): string =>
    era(n === 1 ? one : many, { n: String(n), size });
  return [
    counted(of.files, 'era_files_one', 'era_files'),
    counted(of.stills, 'era_stills_one', 'era_stills'),
    counted(of.chat, 'era_chat_one', 'era_chat'),
    counted(of.markers, 'era_markers_one', 'era_markers'),
    counted(of.renders, 'era_renders_n_one', 'era_renders_n'),
  ].join(lang() === 'en' ? ', ' : '，');
}

export function era(word: keyof typeof en, params: Record<string, string> = {}): string {
  return ERASURE_TABLES[lang()][word].replace(
    /\{(\w+)\}/g,
    (_, name: string) => params[name] ?? '',
  );
}
