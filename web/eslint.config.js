import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';

import svelteConfig from './svelte.config.js';

/** Folders import leftwards only: api <- state <- media <- ui. */
const forbidden = {
  api: ['state', 'media', 'ui'],
  i18n: ['state', 'media', 'ui'],
  state: ['media', 'ui'],
  media: ['ui'],
};
const boundaries = Object.entries(forbidden).map(([folder, others]) => ({
  files: [`src/${folder}/**`],
  rules: {
    'no-restricted-imports': [
      'error',
      { patterns: others.map((other) => ({ group: [`**/${other}/**`] })) },
    ],
  },
}));

export default ts.config(
  { ignores: ['dist/', 'node_modules/', 'src/api/types.gen.ts'] },
  js.configs.recommended,
  ...ts.configs.strict,
  ...svelte.configs.recommended,
  prettier,
  ...svelte.configs.prettier,
  { languageOptions: { globals: { ...globals.browser } } },
  { files: ['scripts/**', '*.config.*'], languageOptions: { globals: globals.node } },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser, svelteConfig } },
  },
  {
    rules: {
      'no-console': 'error',
      // Sets and maps inside of stores are private; what is shown is replaced whole.
      'svelte/prefer-svelte-reactivity': 'off',
      eqeqeq: ['error', 'always'],
      'no-restricted-exports': [
        'error',
        { restrictDefaultExports: { direct: true, named: true, defaultFrom: true } },
      ],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
      '@typescript-eslint/no-non-null-assertion': 'error',
    },
  },
  {
    files: ['scripts/**', '*.config.*', '**/*.d.ts'],
    rules: { 'no-restricted-exports': 'off', 'no-console': 'off' },
  },
  ...boundaries,
);
