import { describe, expect, it } from 'vitest';
import type { ByteChannel } from '../../src-main/hal/byte-channel.ts';
import { LineLink } from '../../src-main/hal/line-link.ts';
import { ScriptedKit } from './scripted-kit.ts';

/** Deadline of a test that is not about deadlines, ms. */
const timeoutMs = 60_000;

/** Lets what was sent arrive. */
const arrived = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('which line answers which', () => {
  it('half a line from before the question is no part of its answer', async () => {
    const kit = new ScriptedKit(() => '00(04000340)\n');
    const link = new LineLink(kit.near);
    kit.send('00(FF');
    await arrived();
    const answered = await link.exchange('e:i()\n', { timeoutMs });
    expect(answered.ok && answered.value.line).toBe('00(04000340)');
    expect(link.outOfStep).toBeUndefined();
  });

  it('where one answer is expected, every other line is passed over', async () => {
    const kit = new ScriptedKit(() => ['00(07)\n', 'hello\n', 'C0()\n']);
    const link = new LineLink(kit.near);
    const answered = await link.exchange('x:y()\n', { timeoutMs, expected: 'C0()' });
    expect(answered.ok && answered.value.line).toBe('C0()');
  });

  it('the answer to a line that was sent ahead of one that failed is nobody’s, and no sign of being out of step', async () => {
    let asked = 0;
    const kit = new ScriptedKit(() => {
      asked += 1;
      // Both lines are on their way before either is answered.
      return asked < 2 ? undefined : ['00(04\n', '1 00(04000340)\n'];
    });
    const link = new LineLink(kit.near);
    const first = link.exchange('e:t(01)\n', { timeoutMs });
    const ahead = link.exchange('e:next:1(02)\n', { timeoutMs, ahead: true });
    expect((await first).ok).toBe(false);
    expect((await ahead).ok).toBe(false);
    await arrived();
    expect(link.outOfStep).toMatchObject({ unsolicited: false });
    link.inStep();
    kit.send('00(11)\n');
    await arrived();
    expect(link.outOfStep).toEqual({ line: '00(11)', unsolicited: true });
  });

  it('a line that cannot be sent ends the exchange at once, and the link', async () => {
    const closes: string[] = [];
    const broken: ByteChannel = {
      description: { kind: 'serial', path: 'broken', connector: 'broken' },
      write: () => Promise.reject(new Error('EIO')),
      setReceiver: () => undefined,
      close: async () => {
        closes.push('closed');
      },
    };
    const link = new LineLink(broken);
    const lost: string[] = [];
    link.onLost((reason) => lost.push(reason));
    const answered = await link.exchange('e:i()\n', { timeoutMs });
    expect(answered).toEqual({ ok: false, failure: { kind: 'closed', reason: 'EIO' } });
    expect([lost, closes, link.closed]).toEqual([['EIO'], ['closed'], true]);
  });
});
