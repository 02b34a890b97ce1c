import { expect, test } from 'vitest';
import { createVotes } from '../../../../main/net/nat/votes.ts';

function bench() {
  let ms = 0;
  const votes = createVotes({ monotonic: () => ms });
  const counts = () => [votes.count('in'), votes.count('out')];
  return { votes, counts, move: (by: number) => void (ms += by) };
}

test('earlier answers count after a new test begins, and their groups are asked again', () => {
  const { votes, counts } = bench();
  for (const group of ['a', 'b', 'c']) votes.add(group, 'in');
  expect(votes.enough()).toBe(true);
  votes.renew();
  expect(counts()).toEqual([3, 0]);
  expect([votes.enough(), votes.of('a')]).toEqual([false, undefined]);
});

test('a refusal in a new test keeps the earlier answer of the group, and the group is not asked again', () => {
  const { votes, counts } = bench();
  votes.add('a', 'in');
  votes.renew();
  votes.add('a', 'none');
  expect([counts(), votes.of('a')]).toEqual([[1, 0], 'none']);
});

test('a new answer replaces the earlier one of its group', () => {
  const { votes, counts } = bench();
  votes.add('a', 'in');
  votes.add('b', 'in');
  votes.renew();
  votes.add('a', 'out');
  expect(counts()).toEqual([1, 1]);
});

test('enough new answers replace all earlier ones', () => {
  const { votes, counts } = bench();
  for (const group of ['a', 'b', 'c', 'd']) votes.add(group, 'in');
  votes.renew();
  for (const group of ['e', 'f', 'g']) votes.add(group, 'out');
  expect(counts()).toEqual([0, 3]);
});

test('an earlier answer is valid for no longer than it was', () => {
  const { votes, counts, move } = bench();
  votes.add('a', 'in');
  move(10 * 60_000);
  votes.renew();
  move(5 * 60_000);
  expect(counts()).toEqual([0, 0]);
});

test('after all answers are cleared none counts', () => {
  const { votes, counts } = bench();
  votes.add('a', 'in');
  votes.renew();
  votes.add('b', 'out');
  votes.clear();
  expect(counts()).toEqual([0, 0]);
});
