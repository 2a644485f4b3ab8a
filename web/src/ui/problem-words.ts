/** Device problems in words: what is wrong, and what to do about it. */
import type { LocalState } from '../media/local.js';
import { t } from './i18n/index.js';

export interface ProblemWords {
  head: string;
  how: string;
}

/** One entry a problem; both devices refused is one. */
export function problemWords(state: LocalState): ProblemWords[] {
  const { microphone, camera } = state;
  if (microphone.problem === 'refused' && camera.problem === 'refused') {
    return [{ head: t('problem_both_refused'), how: t('how_refused') }];
  }
  const words: ProblemWords[] = [];
  if (microphone.problem) {
    const head = t(`problem_microphone_${microphone.problem}`);
    words.push({ head, how: t(`how_${microphone.problem}`) });
  }
  if (camera.problem) {
    words.push({ head: t(`problem_camera_${camera.problem}`), how: t(`how_${camera.problem}`) });
  }
  const [first, second] = words;
  if (first && first.how === second?.how) first.how = '';
  return words;
}
