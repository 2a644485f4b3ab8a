/** What went wrong, for each `code` that the API may answer with (docs/openapi.yaml, `Problem`), where a page has no better words of
 *  its own. Fetched when something went wrong, never before. */
import { lang } from './lang.js';

export const PROBLEMS: Record<string, [en: string, zh: string]> = {
  offline: [
    'The server does not answer. Check the network and try again.',
    '服务器没有响应，请检查网络后重试。',
  ],
  bad_request: ['Something that was typed does not fit.', '填写的内容不符合要求。'],
  unauthorized: ['Sign in first, or open the link again.', '请先登录，或重新打开链接。'],
  forbidden: ['You may not do this here.', '您在此无权进行此操作。'],
  origin_refused: [
    'This server does not take requests from that site.',
    '此服务器不接受来自该网站的请求。',
  ],
  not_found: ['That is not there (any more).', '内容不存在，或已被移除。'],
  no_such_room: [
    'There is no such room. Check the link, or ask for a new one.',
    '没有这个房间，请核对链接或索取新链接。',
  ],
  no_such_session: [
    'The line to the server has ended. Load the page again.',
    '与服务器的连接已结束，请重新加载页面。',
  ],
  method_not_allowed: [
    'This page is older than the server. Load it again.',
    '页面版本过旧，请重新加载。',
  ],
  conflict: [
    'Somebody was quicker, or it is so already. Look again.',
    '已被他人更改或已是此状态，请刷新查看。',
  ],
  gone: ['That has ended.', '内容已结束或已失效。'],
  precondition_failed: [
    'Somebody changed it meanwhile. Load the page again.',
    '内容已被他人修改，请重新加载页面。',
  ],
  precondition_required: [
    'This page is older than the server. Load it again.',
    '页面版本过旧，请重新加载。',
  ],
  too_large: ['That is too large.', '内容过大。'],
  unsupported_media: ['The server does not take files of this kind.', '不支持这种文件类型。'],
  unprocessable: ['That cannot be done as it was asked.', '无法按所填内容执行。'],
  upgrade_required: [
    'Something between here and the server blocks WebSockets.',
    '与服务器之间的网络设备拦截了 WebSocket。',
  ],
  signin_failed: [
    'That did not let you in. Check what you typed, or ask for a new link.',
    '未能登录。请检查输入，或索取新的链接。',
  ],
  weak_password: ['A password needs at least 10 characters.', '密码至少需要 10 个字符。'],
  wrong_password: ['The old password is wrong.', '旧密码不正确。'],
  too_many: ['Too many tries. Wait a minute and try again.', '尝试次数过多，请等一分钟再试。'],
  unavailable: [
    'The server is short of something just now. Try again in a moment.',
    '服务器暂时无法处理，请稍后再试。',
  ],
  not_ready: ['It is not ready yet. Try again in a moment.', '尚未准备好，请稍后再试。'],
  internal: ['Something went wrong on the server. Try again.', '服务器出错，请重试。'],
  away: [
    'It is being fetched from the archive. Try again in a moment.',
    '正在从归档中取回，请稍后再试。',
  ],
  locked: ['It is under a legal hold and stays as it is.', '处于依法保留状态，不能更改。'],
  link_expired: ['This link has run out. Ask for a new one.', '链接已过期，请索取新链接。'],
  link_revoked: ['This link was taken back.', '此链接已被撤销。'],
  pass_wrong: [
    'This invitation is not complete. Open the whole link.',
    '邀请链接不完整，请打开完整链接。',
  ],
  pass_used: [
    'This invitation was used already, in another browser.',
    '此邀请已在其他浏览器中使用。',
  ],
  pass_revoked: ['This invitation was taken back.', '此邀请已被撤回。'],
  no_conversion: [
    'This browser cannot decode the stream, and no room is left to convert it.',
    '此浏览器无法解码该直播，且暂无转码名额。',
  ],
  no_schedule: ['This meeting has no time set.', '此会议没有设定时间。'],
  no_such_erasure: ['There is no such request of erasure.', '没有这条删除请求。'],
  no_such_file: ['There is no such file.', '没有这个文件。'],
  no_such_invitation: ['There is no such invitation.', '没有这条邀请。'],
  no_such_link: ['There is no such link.', '没有这个链接。'],
  no_such_panel: ['There is no such panel.', '没有这个面板。'],
  no_such_partner: ['There is no such partner.', '没有这个合作方。'],
  no_such_recording: ['There is no such recording.', '没有这段录制。'],
  no_such_render: ['There is no such film.', '没有这个视频。'],
  no_such_replay: ['There is no such replay.', '没有这个回放。'],
  no_such_still: ['There is no picture of that moment.', '该时刻没有画面。'],
  no_transcript: ['There is no transcript of it.', '没有文字记录。'],
  no_view: ['Open the link again.', '请重新打开链接。'],
  not_attendee: ['Only who was there may see it.', '仅参会者可以查看。'],
  not_of_organisation: ['Only people of the organisation may see it.', '仅本组织人员可以查看。'],
  not_over: ['The stream is not over yet.', '直播尚未结束。'],
  not_recorded: ['It was not recorded.', '没有录制。'],
  not_webvtt: ['That is no WebVTT file.', '文件不是 WebVTT 格式。'],
  published: [
    'A published replay rests on it. Withdraw that first.',
    '已有公开回放使用它，请先撤回回放。',
  ],
  range_not_satisfiable: ['The film is shorter than that.', '视频没有这么长。'],
  recording_gone: ['The recording was deleted.', '录制已被删除。'],
  signin_required: ['Sign in to see it.', '请登录后查看。'],
  withdrawn: ['Its host does not show it any more.', '主播已不再公开。'],
};

/** What the real-time line says besides: its errors, and why it was closed (docs/protocol.md). */
export const LINE: Record<string, [en: string, zh: string]> = {
  bad_message: ['This page is older than the server. Load it again.', '页面版本过旧，请重新加载。'],
  not_joined: [
    'The line to the server has ended. Load the page again.',
    '与服务器的连接已结束，请重新加载页面。',
  ],
  invalid_sdp: [
    'This browser and the server found no common way to send pictures. Try another browser.',
    '此浏览器无法与服务器建立音视频连接，请更换浏览器。',
  ],
  unsupported: ['That is not possible in this room.', '此房间不支持该操作。'],
  room_full: [
    'The room is full. Try again when somebody has left.',
    '房间已满，请等有人离开后再试。',
  ],
  removed: ['The host removed you.', '您已被主持人移出。'],
  banned: ['The host closed this room to you.', '主持人已禁止您进入此房间。'],
  replaced: ['It is open in another window.', '已在另一个窗口中打开。'],
  token_expired: [
    'Your pass has run out. Come in again by the link.',
    '通行凭证已过期，请用链接重新进入。',
  ],
  server_shutdown: [
    'The server is restarting. Try again in a moment.',
    '服务器正在重启，请稍后再试。',
  ],
  refused: ['The server did not let you in. Try again in a moment.', '未能进入，请稍后再试。'],
  room_closed: ['This room is closed. Ask for a new link.', '此房间已关闭，请索取新链接。'],
};

/** Words for a code; what nobody knows keeps its code, for who is asked about it. */
export function problemText(code: string): string {
  const words = PROBLEMS[code] ?? LINE[code];
  if (words) return words[lang() === 'en' ? 0 : 1];
  return lang() === 'en'
    ? `That did not work (${code}). Try again.`
    : `操作未成功（${code}），请重试。`;
}
