/** The few words that are there before the viewer is. */
export type Word = 'loading' | 'watch' | 'gone' | 'failed' | 'again' | 'live' | 'expand' | 'close';

export const words: Record<'zh' | 'en', Record<Word, string>> = {
  zh: {
    loading: '正在打开直播…',
    watch: '观看直播',
    gone: '这场直播不存在或已结束。',
    failed: '直播暂时打不开。',
    again: '再试一次',
    live: '直播',
    expand: '放大',
    close: '关闭播放器',
  },
  en: {
    loading: 'Opening the stream…',
    watch: 'Watch live',
    gone: 'This stream does not exist or is over.',
    failed: 'The stream cannot be opened just now.',
    again: 'Try again',
    live: 'Live',
    expand: 'Enlarge',
    close: 'Close the player',
  },
};
