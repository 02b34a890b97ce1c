import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { checkTarget } from '../../../main/session/move-target.ts';
import { checkPrivate, type LocalUser, localUser } from '../../../main/session/private-target.ts';
import { codeOf, newHome, newTarget } from '../../support/moved-home.ts';

const CHILD = join(import.meta.dirname, '../../support/fixtures/check-target.ts');
const check = (home: string, to: string) => codeOf(checkTarget(home, to, () => Promise.resolve(1e12)));

describe('another spelling of a path', () => {
  /** Runs the commands in a mount namespace of its own, then checks the targets there; null where that is not possible. */
  function checkMounted(commands: string, home: string, targets: readonly string[]): string[] | null {
    const run = (script: string, args: readonly string[]) =>
      spawnSync('unshare', ['--mount', 'sh', '-ec', script, 'sh', ...args], { encoding: 'utf8' });
    if (run(commands, []).status !== 0) {
      console.log(`not tested: this user or system cannot do “${commands}”`);
      return null;
    }
    const { stdout, stderr } = run(`${commands}\nexec "$@"`, [process.execPath, CHILD, home, ...targets]);
    expect(stderr).toBe('');
    return stdout.trim().split('\n');
  }

  test('over a second mount, the data and folders in it are recognised', () => {
    const [home, whole, part] = [newHome(), newTarget(), newTarget()];
    mkdirSync(join(home, 'local', 'empty'));
    mkdirSync(join(home, 'not data'));
    const codes = checkMounted(
      `mount --bind '${home}' '${whole}'; mount --bind '${join(home, 'local')}' '${part}'`,
      home,
      [whole, join(whole, 'not data'), part, join(part, 'empty'), newTarget()],
    );
    if (codes === null) return;
    expect(codes).toEqual(['move-same-place', 'move-inside', 'move-inside', 'move-inside', '-']);
  });

  test('in other letters, where the file system does not distinguish them', () => {
    const disk = newTarget();
    const home = join(disk, 'Root', 'Kith');
    const codes = checkMounted(
      `mount -t tmpfs -o casefold none '${disk}'; mkdir '${disk}/Root'; chattr +F '${disk}/Root'
       mkdir -p '${home}/Local/lock' '${home}/Local/chain' '${home}/Local/inside' '${disk}/other'`,
      home,
      [
        join(disk, 'ROOT', 'kith'),
        join(disk, 'root', 'kith', 'local', 'INSIDE'),
        join(disk, 'rOOT'),
        join(disk, 'other'),
      ],
    );
    if (codes === null) return;
    expect(codes).toEqual(['move-same-place', 'move-inside', 'move-inside', '-']);
  });
});

describe('a folder that another user of this computer can change', () => {
  const me = localUser();
  if (me === null) return test('is not recognised on Windows', () => console.log('nothing to test'));
  const other: LocalUser = { uid: me.uid + 4321, gid: me.gid + 4321 };
  const refusal = (path: string, user: LocalUser = me): string | null => {
    try {
      checkPrivate(path, user);
      return null;
    } catch (error) {
      return (error as { code: string }).code;
    }
  };

  /** Below folders that every user can enter, unlike the temporary folder of the tests. */
  function reachable(): string {
    const folder = realpathSync(mkdtempSync('/tmp/kith-test-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    return folder;
  }

  test('is refused if it belongs to another user', () => {
    const target = newTarget();
    expect(refusal(target)).toBeNull();
    expect(refusal(target, other)).toBe('move-not-private');
  });

  test('is refused if others can replace it, because of a folder above it', () => {
    const above = reachable();
    const target = join(above, 'between', 'target');
    mkdirSync(target, { recursive: true });
    chmodSync(above, 0o755);
    chmodSync(join(above, 'between'), 0o777);
    expect(refusal(target)).toBe('move-not-private');
    // Only the owner of an entry can replace it.
    chmodSync(join(above, 'between'), 0o1777);
    expect(refusal(target)).toBeNull();
    // Nobody else reaches it.
    chmodSync(join(above, 'between'), 0o777);
    chmodSync(above, 0o700);
    expect(refusal(target)).toBeNull();
  });

  test('is refused if a group with other users can replace it', () => {
    const above = reachable();
    const target = join(above, 'target');
    mkdirSync(target);
    if (me.uid === 0) chownSync(above, me.uid, 4321);
    chmodSync(above, 0o775);
    expect(refusal(target, { uid: me.uid, gid: me.uid + 1 })).toBe('move-not-private');
  });

  test('is accepted if it is only open to others, because the move closes it', async () => {
    const target = newTarget();
    chmodSync(target, 0o777);
    expect(await check(newHome(), target)).toBeUndefined();
  });

  test('is refused before anything is asked or written', async () => {
    const target = newTarget();
    if (me.uid !== 0) return console.log('not tested: only root can give a folder to another user');
    chownSync(target, 4321, 4321);
    expect(await check(newHome(), target)).toBe('move-not-private');
  });
});
