/** Words of the host's console: a viewer does not load them. */
import { addWords } from './live.js';

const MORE = {
  host_title: ['Host console', '直播控制台'],
  new_live: ['A new stream', '新建直播'],
  f_title: ['Title', '标题'],
  f_host: ['Who presents', '主播名称'],
  f_summary: ['What it is about (shown with the link)', '简介（随链接显示）'],
  f_when: ['When (leave empty to start any time)', '开播时间（可不填）'],
  create: ['Make the stream', '创建直播'],
  create_failed: ['It could not be made ({code})', '创建失败（{code}）'],
  go_live: ['Go live', '开始直播'],
  pause: ['Pause', '暂停'],
  resume: ['Go on', '继续直播'],
  end_sure: ['End for everybody?', '确定结束直播？'],
  cancel: ['Cancel', '取消'],
  rehearsal: ['Rehearsal: nobody sees you yet', '彩排中：观众还看不到您'],
  flip: ['Other camera', '切换摄像头'],
  mic_off: ['Mute', '静音'],
  mic_on: ['Unmute', '取消静音'],
  screen_off: ['Stop sharing', '停止共享'],
  pin_it: ['Show', '讲解'],
  unpin_it: ['Take down', '取消讲解'],
  pin_hint: ['Keys 1–9 show a product, 0 takes it down', '按 1–9 讲解商品，按 0 取消'],
  health_good: ['Good connection', '连接良好'],
  health_fair: ['Your line is a little weak', '网络稍弱'],
  health_bad: ['Your line is weak: viewers see it', '网络较差，观众会看到卡顿'],
  health_none: ['Not connected', '未连接'],
  health_line: [
    '{kbps} kbit/s up · {fps} fps · {loss}% lost',
    '上行 {kbps} kbit/s · {fps} 帧/秒 · 丢包 {loss}%',
  ],
  picture_of: ['Picture from {name}', '{name} 的画面'],
  b_frames: [
    "{name}'s encoder sends B-frames: viewers get fewer pictures a second, and they may jerk. Set B-frames (bf) to 0 in its output settings and start it again.",
    '{name} 的推流软件开启了 B 帧：观众看到的帧率会降低，画面可能卡顿。请在推流软件的输出设置中把 B 帧（bf）设为 0，然后重新开始推流。',
  ],
  guests: ['On stage', '连麦'],
  no_guests: ['Nobody asks to come on stage', '暂无连麦申请'],
  admit: ['Admit', '同意'],
  refuse: ['Refuse', '拒绝'],
  send_off: ['End', '结束'],
  slow_mode: ['Slow mode', '慢速模式'],
  seconds: ['{n} s', '{n} 秒'],
  blocked_words: ['Blocked words, one a line', '屏蔽词，每行一个'],
  save: ['Save', '保存'],
  poll_question: ['Question', '问题'],
  poll_option: ['Answer {n}', '选项 {n}'],
  poll_start: ['Start the poll', '发起投票'],
  poll_end: ['Close the poll', '结束投票'],
  rules: ['Rules', '管理'],
  share_link: ['Link for viewers', '观众链接'],
  open_viewer: ['Open as a viewer', '以观众身份打开'],
} satisfies Record<string, [en: string, zh: string]>;

export type MoreKey = keyof typeof MORE;

addWords(MORE);
