import { t } from './i18n/index.js';

/** A level in words. */
export function levelWord(level: number): string {
  const whole = Math.max(0, Math.min(3, Math.round(level))) as 0 | 1 | 2 | 3;
  return t(`quality_${whole}`);
}
