import js from '@eslint/js';
import globals from 'globals';
import lit from 'eslint-plugin-lit';
import ts from 'typescript-eslint';

/* Imports go leftward only: a folder may use itself and what stands before it here. */
const LEVELS = ['protocol', 'client', 'room', 'media', 'ui', 'pages'];

const leftward = LEVELS.map((folder, level) => ({
  files: [`src/${folder}/**/*.ts`],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: LEVELS.slice(level + 1).map((right) => ({
          regex: `(^|/)${right}/`,
          message: `src/${folder} must not import from src/${right}: imports go leftward only.`,
        })),
      },
    ],
  },
}));

export default ts.config(
  { ignores: ['dist', 'node_modules'] },
  js.configs.recommended,
  ...ts.configs.strict,
  {
    languageOptions: { globals: { ...globals.browser } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'max-lines': ['error', { max: 500 }],
      'max-lines-per-function': ['error', { max: 120 }],
      'no-console': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
    },
  },
  { files: ['src/**/*.ts', 'embed/**/*.ts'], ...lit.configs['flat/recommended'] },
  ...leftward,
  {
    files: ['dev/**', 'embed/*.mjs', '*.config.*'],
    languageOptions: { globals: { ...globals.node } },
    rules: { 'no-console': 'off', 'max-lines-per-function': 'off' },
  },
);
