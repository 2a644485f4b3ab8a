/** The documents that reps send. Errors are ApiError. */
import { bool, list, num, shape, str, type Checked } from '../protocol/check.js';
import { ask } from './account.js';

const material = shape({ id: str, title: str, url: str, version: num, withdrawn: bool });
export type MaterialInfo = Checked<typeof material>;

export async function materials(): Promise<MaterialInfo[]> {
  return (await ask('GET', '/v1/materials', shape({ materials: list(material) }))).materials;
}

/** Another url of a known id is a new version. */
export async function putMaterial(
  spec: Partial<Pick<MaterialInfo, 'id' | 'title' | 'url' | 'withdrawn'>>,
): Promise<MaterialInfo> {
  return ask('POST', '/v1/materials', material, spec);
}
