import { expect, test } from 'vitest';
import { auditCsv, type AuditRow } from './keeping.js';

const row: AuditRow = {
  seq: 1,
  at: 0,
  actor: 'usr_1',
  action: 'recording.viewed',
  object: 'rec_1',
  detail: 'share=shr_1, "x"',
  prev_hash: '',
  hash: 'ab',
};

test('fields with commas and quotes are quoted', () => {
  expect(auditCsv([row])).toBe(
    'seq,at,actor,action,object,detail,prev_hash,hash\r\n' +
      '1,1970-01-01T00:00:00.000Z,usr_1,recording.viewed,rec_1,"share=shr_1, ""x""",,ab\r\n',
  );
});

test('a spreadsheet takes nothing for a formula', () => {
  expect(auditCsv([{ ...row, detail: '=1+1' }])).toContain(",'=1+1,");
});
