import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { quote, setupCommand, slugOf } from './setup-command.js';

describe('the line that sets a server up', () => {
  it('is plain where nothing asks for quotes', () => {
    expect(setupCommand('built', 'Shop', 'you@shop.example')).toBe(
      'build/tools/parlorctl/parlorctl setup --brand shop --name Shop --login you@shop.example',
    );
  });

  it('makes a short name that the server takes', () => {
    for (const [name, slug] of [
      ['The Shop', 'the-shop'],
      ['Café  Ömür!', 'cafe-omur'],
      ['青瓷会客厅', 'shop'],
      ['-- 7 --', '7'],
      [`${'a'.repeat(39)} b`, 'a'.repeat(39)],
    ] as const)
      expect(slugOf(name, 'shop')).toBe(slug);
  });

  it('gives a shell exactly what was typed, and nothing to run', () => {
    for (const name of ["Anna's", '$(reboot)', '`id`; rm -rf "$HOME" \\', '青瓷 & Co', '-n', '*'])
      expect(execFileSync('sh', ['-c', `printf %s ${quote(name)}`], { encoding: 'utf8' })).toBe(
        name,
      );
    expect(quote('a\nb')).toBe("'a b'");
  });
});
