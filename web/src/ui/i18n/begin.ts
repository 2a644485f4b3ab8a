/** Words of the page of a server that is not set up yet. */
import { lang } from './lang.js';

const WORDS = {
  title: ['Parlor runs, and nothing is open yet', 'Parlor 已运行，尚未开放'],
  lead: [
    'This server has no brand, no people and no API key. Three steps, a minute in all.',
    '此服务器还没有品牌、人员和 API 密钥。三步即可完成，约一分钟。',
  ],
  who: ['Name your brand and yourself', '填写品牌和您自己'],
  who_hint: [
    'This only fills in the command below. Nothing is sent.',
    '只用于生成下面的命令，不会发送任何内容。',
  ],
  name: ['Brand', '品牌名称'],
  name_example: ['The shop', '我的店铺'],
  login: ['Your e-mail or login', '您的邮箱或登录名'],
  run: ['Run this on the server itself', '在服务器本机上执行'],
  run_hint: [
    'Nobody can do it from elsewhere: it goes through a socket in the data folder.',
    '别处无法代劳：命令通过数据目录中的套接字执行。',
  ],
  place: ['How it was started', '启动方式'],
  installed: ['As a service', '系统服务'],
  built: ['From its build folder', '源码目录'],
  copy: ['Copy', '复制'],
  copied: ['Copied', '已复制'],
  open: ['Open the link that it prints', '打开它打印的链接'],
  open_hint: [
    'It signs you in as the owner, once, within 15 minutes. There is no default password. The secret of the first API key is printed beside it: keep it, it is shown only then.',
    '链接以所有者身份登录，15 分钟内有效，仅可用一次；没有默认密码。同时打印首个 API 密钥，只显示这一次，请妥善保存。',
  ],
  waiting: ['This page notices by itself when that is done.', '完成后此页面会自动更新。'],
  done: ['This server is set up', '服务器已设置完成'],
  done_hint: [
    'Open the link that was printed, or sign in with a password if you have one.',
    '请打开打印出的链接；如已有密码，可直接登录。',
  ],
  signin: ['Sign in', '登录'],
  look: [
    'Only looking around? Start it with --demo: everything is there, for this machine alone.',
    '只想看看？用 --demo 启动：功能齐全，仅限本机访问。',
  ],
} satisfies Record<string, [en: string, zh: string]>;

export function bt(key: keyof typeof WORDS): string {
  return WORDS[key][lang() === 'en' ? 0 : 1];
}
