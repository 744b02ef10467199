import js from '@eslint/js';
import tseslint from 'typescript-eslint';

const noHostClock = {
  selector: "NewExpression[callee.name='Date'][arguments.length=0]",
  message: 'Take `now` from Postgres (S-T7) or use Date.now() for measuring only.',
};
const patchesAreRegistered = [
  "ImportDeclaration[source.value='@temporalio/workflow'] > ImportSpecifier[imported.name=/^(patched|deprecatePatch)$/]",
  'MemberExpression[property.name=/^(patched|deprecatePatch)$/]',
].map((selector) => ({ selector, message: 'Register the patch in workflows/patches.ts and import it from there.' }));

export default tseslint.config(
  { ignores: ['dist/', '.dunwell/', 'node_modules/', 'client/openapi.ts'] },
  js.configs.recommended,
  ...tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ['*.js', '*.cjs', 'cli/*.js'] },
        tsconfigRootDir: import.meta.dirname,
      },
      globals: { process: 'readonly', console: 'readonly', URL: 'readonly', module: 'readonly' },
    },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      'no-restricted-syntax': ['error', noHostClock, ...patchesAreRegistered],
    },
  },
  {
    files: ['workflows/patches.ts', 'test/workflows/patches.test.ts'],
    rules: { 'no-restricted-syntax': ['error', noHostClock] },
  },
  {
    // Tests read JSON answers as a client would, without types.
    files: ['test/**'],
    rules: {
      '@typescript-eslint/no-explicit-any': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },
  { files: ['**/*.js', '**/*.cjs'], extends: [tseslint.configs.disableTypeChecked] },
);
