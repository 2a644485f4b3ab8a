/** Words of the brand's page. */
import { addWords } from './live.js';

const BRAND = {
  on_now: ['On now', '正在直播'],
  next: ['Next', '即将开始'],
  nothing_now: ['Nothing is on now', '当前没有直播'],
  nothing_next: ['Nothing is planned yet', '暂无预告'],
  brand_away: ['The server cannot be reached.', '暂时连接不上服务器。'],
  brand_away_text: [
    'It is tried again; what is shown here may be old.',
    '正在重试，此处内容可能不是最新的。',
  ],
  watch: ['Watch', '观看'],
  remind: ['Add to calendar', '添加到日历'],
} satisfies Record<string, [en: string, zh: string]>;

export type BrandKey = keyof typeof BRAND;

addWords(BRAND);
