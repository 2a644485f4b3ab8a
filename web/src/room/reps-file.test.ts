import { describe, expect, it } from 'vitest';
import { readReps } from './reps-file.js';

const GROUPS = [
  { id: 'grp_1', name: 'Sales' },
  { id: 'grp_2', name: '维修' },
];
const USERS = [{ id: 'usr_9', login: 'lin@acme.example' }];

describe('a file of reps', () => {
  it('is read by the columns that its first line names, groups and people by their names', () => {
    const { rows, bad } = readReps(
      'Ref,Name,Title,Groups,Skills,Capacity,Login\n' +
        '7,Lin,Adviser,"Sales, 维修",tea;cups,6,lin@acme.example\n8,Ma,,,,,\n',
      GROUPS,
      USERS,
    );
    expect(bad).toEqual([]);
    expect(rows[0]).toEqual({
      line: 2,
      spec: {
        ref: '7',
        card: { name: 'Lin', title: 'Adviser' },
        groups: ['grp_1', 'grp_2'],
        skills: ['tea', 'cups'],
        capacity: { chat: 6 },
        user: 'usr_9',
      },
    });
    expect(rows[1]?.spec).toEqual({ ref: '8', card: { name: 'Ma' } });
  });

  it('has Chinese columns too', () => {
    const { rows } = readReps('工号;姓名;分组\n7;林;维修\n', GROUPS, USERS);
    expect(rows[0]?.spec).toEqual({ ref: '7', card: { name: '林' }, groups: ['grp_2'] });
  });

  it('says of each line that is none what is wrong', () => {
    const { rows, bad } = readReps(
      'ref,name,group,capacity\n,A,,\n2,,,\n3,C,Nobody,\n4,D,Sales,16\n5,E,Sales,x\n',
      GROUPS,
      USERS,
    );
    expect(rows).toEqual([]);
    expect(bad.map(({ line, why }) => `${line} ${why}`)).toEqual([
      '2 ref',
      '3 name',
      '4 group',
      '5 capacity',
      '6 capacity',
    ]);
  });

  it('may be nothing at all', () => {
    expect(readReps('', GROUPS, USERS)).toEqual({ rows: [], bad: [] });
  });
});
