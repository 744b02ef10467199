import { expect, it } from 'vitest';
import { bounceVerdict, statusOf } from '../../domain/bounce-status.js';

it.each([
  ['5.1.1', 'HARD'],
  ['5.1.2', 'HARD'],
  ['5.1.10', 'HARD'],
  ['5.2.1', 'HARD'],
  ['5.2.2', 'NOT_THE_ADDRESS'],
  ['5.7.1', 'NOT_THE_ADDRESS'],
  ['5.4.4', 'NOT_THE_ADDRESS'],
  ['4.1.1', 'NOT_THE_ADDRESS'],
  ['5.0.0', 'UNKNOWN'],
  [null, 'UNKNOWN'],
])('of an address %s says %s (S-E6)', (status, verdict) => {
  expect(bounceVerdict(status)).toBe(verdict);
});

it.each([
  ['5.1.1', null, '5.1.1'],
  ['5.0.0', 'smtp; 550-5.1.1 Does not exist', '5.1.1'],
  ['5.0.0', 'smtp; 550 no such user', '5.0.0'],
  ['5.7.1', '550 5.1.1 quoted', '5.7.1'],
  [null, '552 5.2.2 over quota', '5.2.2'],
  [null, 'version 5.1.1.7 of something', null],
  [null, null, null],
])('status %s with the words %s is %s', (given, words, status) => {
  expect(statusOf(given, words)).toBe(status);
});
