import { describe, expect, test } from 'vitest';
import { remedyOf } from '../../../../renderer/frame/warning-remedy.ts';

describe('the button of a warning', () => {
  test.each(['peers-unknown', 'peers-unreachable', 'peers-other-network'])('adds a peer for %s', (code) => {
    for (const screen of ['home', 'peers', 'settings'] as const)
      expect(remedyOf(code, screen)).toEqual({ label: 'Add a peer', opens: 'add-peer' });
  });

  test('is absent on the screen that it would open', () => {
    expect(remedyOf('disk-low', 'home')).toMatchObject({ screen: 'settings' });
    expect(remedyOf('disk-low', 'settings')).toBeNull();
    expect(remedyOf('a-new-code', 'home')).toMatchObject({ screen: 'health' });
  });
});
