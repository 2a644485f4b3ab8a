/** Words of the renders' panel, fetched with it. */
import { lang } from '../i18n/index.js';

const en = {
  rnd_title: 'One file',
  rnd_hint: 'The recording as one video, made on the server.',
  rnd_layout: 'Layout',
  rnd_speaker: 'Who speaks',
  rnd_grid: 'Everybody, side by side',
  rnd_screen_with_speaker: 'Shared screen with who speaks',
  rnd_audio_only: 'Sound alone',
  rnd_size: 'Size',
  rnd_names: 'Names',
  rnd_names_on: 'Draw names in',
  rnd_leave_out: 'Leave out',
  rnd_from: 'From here',
  rnd_to: 'To here',
  rnd_part: 'Only {from} to {to}',
  rnd_whole: 'The whole recording',
  rnd_make: 'Make the file',
  rnd_asked: 'It is being made. You may leave this page.',
  rnd_none: 'No file was made yet.',
  rnd_queued: 'Waits for its turn ({n} before it)',
  rnd_running: 'Being made: {n} %',
  rnd_ready: 'Ready',
  rnd_failed: 'Could not be made: {why}',
  rnd_why_no_manifest: 'the recording is damaged',
  rnd_why_nothing_there: 'nothing was recorded in this part',
  rnd_why_file_missing: 'a file of the recording is missing',
  rnd_why_disk_full: 'the disk is full',
  rnd_why_io_error: 'the disk has an error',
  rnd_why_composer: 'a recorded file cannot be read',
  rnd_download: 'Download',
  rnd_cancel: 'Cancel',
  rnd_remove: 'Remove',
  rnd_removed: 'Removed.',
};

const zh: typeof en = {
  rnd_title: '合成文件',
  rnd_hint: '在服务器上把录制合成为一个视频。',
  rnd_layout: '布局',
  rnd_speaker: '发言人',
  rnd_grid: '所有人并排',
  rnd_screen_with_speaker: '共享屏幕与发言人',
  rnd_audio_only: '仅声音',
  rnd_size: '尺寸',
  rnd_names: '姓名',
  rnd_names_on: '在画面中显示姓名',
  rnd_leave_out: '不包含',
  rnd_from: '从此处',
  rnd_to: '到此处',
  rnd_part: '仅 {from} 至 {to}',
  rnd_whole: '整段录制',
  rnd_make: '开始合成',
  rnd_asked: '正在合成，您可以离开此页。',
  rnd_none: '尚未合成文件。',
  rnd_queued: '排队中（前面还有 {n} 个）',
  rnd_running: '合成中：{n}%',
  rnd_ready: '已完成',
  rnd_failed: '合成失败：{why}',
  rnd_why_no_manifest: '录制已损坏',
  rnd_why_nothing_there: '这一段没有录制内容',
  rnd_why_file_missing: '缺少录制文件',
  rnd_why_disk_full: '磁盘已满',
  rnd_why_io_error: '磁盘出错',
  rnd_why_composer: '有录制文件无法读取',
  rnd_download: '下载',
  rnd_cancel: '取消',
  rnd_remove: '移除',
  rnd_removed: '已移除。',
};

export type RenderWord = keyof typeof en;
export const RENDER_TABLES = { en, 'zh-CN': zh };

export function rnd(word: RenderWord, params: Record<string, string> = {}): string {
  return RENDER_TABLES[lang()][word].replace(/\{(\w+)\}/g, (_, name: string) => params[name] ?? '');
}

export function isRenderWord(word: string): word is RenderWord {
  return Object.hasOwn(en, word);
}
