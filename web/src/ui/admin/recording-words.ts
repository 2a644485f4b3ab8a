/** Words of the recordings' section, fetched with it. */
import { lang } from '../i18n/index.js';

const en = {
  rec_find: 'Find',
  rec_find_hint: 'Title, person, what was noted down or written',
  rec_from: 'From',
  rec_until: 'Until',
  rec_where: 'Where',
  rec_kept: 'Kept',
  rec_bin: 'Bin',
  rec_none: 'No recording fits.',
  rec_more: 'Show more',
  rec_untitled: 'Meeting',
  rec_held: 'Legal hold',
  rec_state_on: 'Recording now',
  rec_state_paused: 'Paused',
  rec_state_sealing: 'Being finished',
  rec_state_ready: 'Ready',
  rec_state_binned: 'In the bin',
  rec_back: 'All recordings',
  rec_not_ready: 'This recording is not finished yet.',
  rec_gap: 'Nothing was recorded here: the recorder was interrupted.',
  rec_no_picture: 'No picture at this moment.',
  rec_play: 'Play',
  rec_pause: 'Pause',
  rec_position: 'Position',
  rec_speed: 'Speed',
  rec_markers: 'Noted down',
  rec_no_markers: 'Nothing was noted down.',
  rec_still: 'The shared screen at that moment',
  rec_chat: 'Chat',
  rec_keeping: 'Files, keeping, deleting',
  rec_goes: 'Goes for good on {when}.',
  rec_hold: 'Put under legal hold',
  rec_unhold: 'End the legal hold',
  rec_hold_reason: 'Legal hold',
  rec_restore: 'Take out of the bin',
  rec_delete: 'Move to the bin',
  rec_delete_forever: 'Delete for good',
  marker_conclusion: 'Conclusion',
  marker_parameter: 'Figure',
  marker_assignment: 'Task',
  marker_question: 'Question',
};

const zh: Record<keyof typeof en, string> = {
  rec_find: '查找',
  rec_find_hint: '标题、人、记下的内容或聊天',
  rec_from: '从',
  rec_until: '到',
  rec_where: '位置',
  rec_kept: '已保存',
  rec_bin: '回收站',
  rec_none: '没有符合的录制。',
  rec_more: '显示更多',
  rec_untitled: '会议',
  rec_held: '依法保留',
  rec_state_on: '正在录制',
  rec_state_paused: '已暂停',
  rec_state_sealing: '正在收尾',
  rec_state_ready: '可播放',
  rec_state_binned: '在回收站',
  rec_back: '全部录制',
  rec_not_ready: '这次录制还没有完成。',
  rec_gap: '这里没有录到：录制曾中断。',
  rec_no_picture: '此刻没有画面。',
  rec_play: '播放',
  rec_pause: '暂停',
  rec_position: '位置',
  rec_speed: '速度',
  rec_markers: '记下的内容',
  rec_no_markers: '没有记下什么。',
  rec_still: '当时的共享屏幕',
  rec_chat: '聊天',
  rec_keeping: '文件、保留与删除',
  rec_goes: '{when} 彻底删除。',
  rec_hold: '依法保留',
  rec_unhold: '解除依法保留',
  rec_hold_reason: '依法保留',
  rec_restore: '移出回收站',
  rec_delete: '移到回收站',
  rec_delete_forever: '彻底删除',
  marker_conclusion: '结论',
  marker_parameter: '参数',
  marker_assignment: '任务',
  marker_question: '问题',
};

export type RecordingWord = keyof typeof en;
export const RECORDING_TABLES = { en, 'zh-CN': zh };

export function r(word: RecordingWord, params: Record<string, string> = {}): string {
  return RECORDING_TABLES[lang()][word].replace(
    /\{(\w+)\}/g,
    (_, name: string) => params[name] ?? '',
  );
}

export function isRecordingWord(word: string): word is RecordingWord {
  return Object.hasOwn(en, word);
}
