/** Which of several cameras is meant. Pure. */
const BACK = /back|rear|environment|后置|背面/i;
const FRONT = /front|user|前置|正面/i;
const way = ({ label }: Pick<MediaDeviceInfo, 'label'>): 'back' | 'front' | '' =>
  BACK.test(label) ? 'back' : FRONT.test(label) ? 'front' : '';

/** The camera that looks the other way, by what phones call theirs; else the next one. A phone has several that look back: the first
 *  of them is its main one. */
export function otherCamera<T extends Pick<MediaDeviceInfo, 'deviceId' | 'label'>>(
  cameras: readonly T[],
  id: string,
): T | undefined {
  const at = cameras.findIndex((one) => one.deviceId === id);
  const now = cameras[Math.max(at, 0)];
  const from = now ? way(now) : '';
  const turned = from ? cameras.find((one) => way(one) && way(one) !== from) : undefined;
  return turned ?? cameras[(at + 1) % cameras.length];
}
