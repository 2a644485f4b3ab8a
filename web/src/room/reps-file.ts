/** Reps out of a file that a spreadsheet wrote (CSV), and what is wrong with which line. Pure. */
import type { RepSpec } from '../client/directory.js';
import { readCsv } from './products-file.js';

export interface RepsFile {
  rows: { line: number; spec: RepSpec }[];
  bad: { line: number; why: 'ref' | 'name' | 'group' | 'capacity' }[];
}

const NAMES = {
  ref: ['ref', 'id', 'employee', 'number', '工号', '编号'],
  name: ['name', '姓名', '名字'],
  title: ['title', 'position', '职位', '头衔'],
  photo: ['photo', 'picture', 'image', '照片', '头像'],
  groups: ['groups', 'group', 'team', '组', '分组', '小组'],
  skills: ['skills', 'skill', '技能'],
  capacity: ['capacity', 'chats', '同时会话', '容量'],
  user: ['user', 'login', 'account', '账号'],
};
type Field = keyof typeof NAMES;
const FIELDS = Object.keys(NAMES) as Field[];
const CHATS_MAX = 15;

const parts = (text: string): string[] =>
  text
    .split(/[;,、；，|]/)
    .map((one) => one.trim())
    .filter((one) => one !== '');

/** Who is in the file; groups are said by name or id, people by login or id. */
export function readReps(
  text: string,
  groups: readonly { id: string; name: string }[],
  users: readonly { id: string; login: string }[],
): RepsFile {
  const [head, ...records] = readCsv(text);
  const names = (head?.cells ?? []).map((one) => one.trim().toLowerCase());
  const at = new Map(
    FIELDS.map((one) => [one, names.findIndex((name) => NAMES[one].includes(name))]),
  );
  const out: RepsFile = { rows: [], bad: [] };
  for (const { line, cells } of records) {
    const cell = (field: Field): string => (cells[at.get(field) ?? -1] ?? '').trim();
    const ids = parts(cell('groups')).map(
      (said) => groups.find(({ id, name }) => id === said || name === said)?.id,
    );
    const chats = Number(cell('capacity') || '0');
    if (!cell('ref')) out.bad.push({ line, why: 'ref' });
    else if (!cell('name')) out.bad.push({ line, why: 'name' });
    else if (ids.includes(undefined)) out.bad.push({ line, why: 'group' });
    else if (!Number.isInteger(chats) || chats < 0 || chats > CHATS_MAX)
      out.bad.push({ line, why: 'capacity' });
    else {
      const user = cell('user');
      out.rows.push({
        line,
        spec: {
          ref: cell('ref'),
          card: {
            name: cell('name'),
            ...(cell('title') ? { title: cell('title') } : {}),
            ...(cell('photo') ? { photo: cell('photo') } : {}),
          },
          ...(ids.length ? { groups: ids.filter((one) => one !== undefined) } : {}),
          ...(cell('skills') ? { skills: parts(cell('skills')) } : {}),
          ...(chats ? { capacity: { chat: chats } } : {}),
          ...(user ? { user: users.find(({ login }) => login === user)?.id ?? user } : {}),
        },
      });
    }
  }
  return out;
}
