import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type KitOptions, openKit } from '../../src-main/hal/kit-transport.ts';
import type { KitTraceEvent } from '../../src-main/hal/line-link.ts';
import type { Transport } from '../../src-main/hal/transport.ts';
import { fromHex, toHex } from '../../src-shared/base/bytes.ts';
import { d21Basics, legacyBasics, modernBasics, ScriptedKit } from './scripted-kit.ts';

const INFO = fromHex('0730000000035D');
const REVISION = '07000050000391';

async function open(kit: ScriptedKit, options: KitOptions = {}): Promise<Transport> {
  const opened = await openKit(kit.near, options);
  if (!opened.ok) throw new Error(JSON.stringify(opened.failure));
  return opened.value;
}

/** A kit of the given basics that answers every other line as `answer` says. */
function kitOf(
  basics: (line: string) => string | undefined,
  answer: (line: string, kit: ScriptedKit) => string | readonly string[] | undefined,
): ScriptedKit {
  return new ScriptedKit((line, kit) => basics(line) ?? answer(line, kit));
}

describe('opening', () => {
  it('knows a legacy kit by its name and its switch', async () => {
    const transport = await open(kitOf(legacyBasics, () => 'C0()\n'));
    expect(transport.kit).toEqual({ dialect: 'legacy', name: 'AT88CK590', version: '1.0.5' });
  });

  it('knows the SAMD21 host by its name and the missing switch', async () => {
    const transport = await open(kitOf(d21Basics, () => 'C0()\n'));
    expect(transport.kit).toEqual({ dialect: 'd21', name: 'AT88CK101STK', version: '1.0.5' });
  });

  it('knows the modern host by its devices, after the leftovers of its buffer have passed', async () => {
    const kit = kitOf(modernBasics, (line) => (line === 'ecc:talk(0730000000035D)' ? `00(${REVISION})\n` : undefined));
    const transport = await open(kit);
    expect(transport.kit).toEqual({ dialect: 'modern', name: '', version: '' });
    const answer = await transport.talk(0xc0, INFO, { timeoutMs: 1000 });
    expect(answer.ok && toHex(answer.value)).toBe(REVISION);
    expect(kit.heard.slice(-2)).toEqual(['ecc:physical:select(C0)', 'ecc:talk(0730000000035D)']);
  });

  it('does not mind a half line that another program left in the kit', async () => {
    let first = true;
    const kit = kitOf(
      (line) => {
        if (!first) return legacyBasics(line);
        first = false;
        return 'C0()\n';
      },
      () => undefined,
    );
    expect((await open(kit)).kit.dialect).toBe('legacy');
  });

  it('does not mind a banner', async () => {
    const kit = kitOf(legacyBasics, () => undefined);
    kit.send('Kit (c) 2015, ready\r\n>');
    expect((await open(kit)).kit.dialect).toBe('legacy');
  });

  it('does not mind a kit that echoes', async () => {
    const transport = await open(
      new ScriptedKit((line) => {
        const answer = legacyBasics(line) ?? `00(${REVISION})\n`;
        return `${line}\r\n${answer}`;
      }),
    );
    const answer = await transport.talk(0xc0, INFO, { timeoutMs: 1000 });
    expect(answer.ok && toHex(answer.value)).toBe(REVISION);
  });

  it.each([
    ['prints something else for ever', () => 'login: \n'],
    ['speaks another line protocol', () => 'ERROR\r\n'],
    ['answers without end', () => 'x'.repeat(5000)],
  ])('leaves alone what %s', async (_, answer) => {
    const kit = new ScriptedKit(answer);
    const opened = await openKit(kit.near, { openTimeoutMs: 200 });
    expect(opened.ok).toBe(false);
    expect(opened.ok ? '' : opened.failure.kind).toBe('not-a-kit');
    expect(new Set(kit.heard)).toEqual(new Set(kit.heard.filter((line) => line.startsWith('b'))));
  });

  it('says when nothing answers at all, and after how many whole ms, and has closed the channel', async () => {
    const kit = new ScriptedKit(() => undefined);
    const opened = await openKit(kit.near, { openTimeoutMs: 49.999996 });
    expect(opened).toEqual({ ok: false, failure: { kind: 'silent', waitedMs: 50 } });
    await expect(kit.near.write(Uint8Array.of(0x0a))).rejects.toThrow();
  });

  it('says when the other side goes away meanwhile', async () => {
    const kit = new ScriptedKit((_, self) => {
      void self.far.close();
      return undefined;
    });
    const opened = await openKit(kit.near);
    expect(opened.ok ? '' : opened.failure.kind).toBe('closed');
  });
});

describe('talk', () => {
  it('selects once per address', async () => {
    const kit = kitOf(legacyBasics, () => `00(${REVISION})\n`);
    const transport = await open(kit);
    kit.heard.length = 0;
    for (const address of [0xc0, 0xc0, 0x6c, 0xc0]) await transport.talk(address, INFO, { timeoutMs: 1000 });
    expect(kit.heard).toEqual([
      'e:physical:select(C0)',
      'e:t(0730000000035D)',
      'e:t(0730000000035D)',
      'e:physical:select(6C)',
      'e:t(0730000000035D)',
      'e:physical:select(C0)',
      'e:t(0730000000035D)',
    ]);
  });

  it('takes calls one after the other, in order', async () => {
    const answers = ['00(01)\n', '00(02)\n', '00(03)\n'];
    const transport = await open(kitOf(legacyBasics, () => answers.shift()));
    const all = await Promise.all(
      [0xc0, 0x6c, 0xc0].map((address) => transport.talk(address, INFO, { timeoutMs: 1000 })),
    );
    expect(all.map((result) => (result.ok ? toHex(result.value) : 'failed'))).toEqual(['01', '02', '03']);
  });

  it.each([
    ['00()\n', 'no-answer'],
    ['00(04113343)\n', 'no-answer'],
    ['F0()\n', 'no-answer'],
    ['E7()\n', 'no-wake'],
    ['C3()\n', 'kit-refused'],
    ['0(04\n', 'garbage'],
    ['00(0400\x0733)\n', 'garbage'],
  ])('legacy: %j is %s', async (answer, kind) => {
    const transport = await open(kitOf(legacyBasics, () => answer));
    const result = await transport.talk(0xc0, INFO, { timeoutMs: 500 });
    expect(result.ok ? 'answer' : result.failure.kind).toBe(kind);
    expect(transport.closed).toBe(false);
  });

  it.each([
    ['FFFFFFF4()\n', '040F2342'],
    ['FFFFFFD2()\n', '04038342'],
    ['FFFFFFD1()\n', '040100C3'],
    ['F4()\n', '040F2342'],
  ])('modern: %j is the device status packet %s', async (answer, packet) => {
    const transport = await open(kitOf(modernBasics, () => answer));
    const result = await transport.talk(0xc0, INFO, { timeoutMs: 500 });
    expect(result.ok && toHex(result.value)).toBe(packet);
  });

  it('closes after a missed deadline, and says so to who listens', async () => {
    const kit = kitOf(legacyBasics, () => undefined);
    const transport = await open(kit);
    const reasons: string[] = [];
    transport.onClosed((reason) => reasons.push(reason));
    const result = await transport.talk(0xc0, INFO, { timeoutMs: 60 });
    expect(result.ok ? '' : result.failure.kind).toBe('timeout');
    expect(transport.closed).toBe(true);
    expect(reasons).toHaveLength(1);
    const later = await transport.talk(0xc0, INFO, { timeoutMs: 60 });
    expect(later.ok ? '' : later.failure.kind).toBe('closed');
  });

  it('ends at once when the cable goes', async () => {
    const transport = await open(
      kitOf(legacyBasics, (_, kit) => {
        void kit.far.close();
        return undefined;
      }),
    );
    const reasons: string[] = [];
    transport.onClosed((reason) => reasons.push(reason));
    const result = await transport.talk(0xc0, INFO, { timeoutMs: 60_000 });
    expect(result.ok ? '' : result.failure.kind).toBe('closed');
    expect(reasons).toHaveLength(1);
  });

  it('does not tell listeners of a close of our own', async () => {
    const transport = await open(kitOf(legacyBasics, () => undefined));
    const reasons: string[] = [];
    transport.onClosed((reason) => reasons.push(reason));
    const pending = transport.talk(0xc0, INFO, { timeoutMs: 60_000 });
    await new Promise((resolve) => setTimeout(resolve, 5));
    await transport.close();
    expect((await pending).ok).toBe(false);
    expect(reasons).toEqual([]);
  });

  it('takes an answer in single bytes, with NULs and CRLF', async () => {
    const pieces = [...`\0\0 00(${REVISION.toLowerCase()})\r\n\0`];
    const transport = await open(kitOf(legacyBasics, () => pieces));
    const result = await transport.talk(0xc0, INFO, { timeoutMs: 1000 });
    expect(result.ok && toHex(result.value)).toBe(REVISION);
  });
});

describe('question and answer stay in step', () => {
  it('a second copy in the same piece is dropped', async () => {
    let n = 0;
    const transport = await open(
      kitOf(legacyBasics, () => {
        n += 1;
        return `00(0${n})\n00(0${n})\n`;
      }),
    );
    const results = [
      await transport.talk(0xc0, INFO, { timeoutMs: 500 }),
      await transport.talk(0xc0, INFO, { timeoutMs: 500 }),
    ];
    expect(results.map((result) => (result.ok ? toHex(result.value) : 'failed'))).toEqual(['01', '02']);
  });

  it('a late copy of an answer never passes for a later answer without the caller hearing of it', async () => {
    let n = 0;
    const kit = kitOf(legacyBasics, (line, self) => {
      if (!line.startsWith('e:t(')) return undefined;
      n += 1;
      if (n === 1) setTimeout(() => self.send('00(01)\n'), 20);
      return `00(0${n})\n`;
    });
    const transport = await open(kit);
    expect(await transport.talk(0xc0, INFO, { timeoutMs: 500 })).toEqual({ ok: true, value: Uint8Array.of(1) });
    await new Promise((resolve) => setTimeout(resolve, 60));
    const doubted = await transport.talk(0xc0, INFO, { timeoutMs: 500 });
    expect(doubted).toEqual({ ok: false, failure: { kind: 'garbage', line: '00(01)' } });
    expect(await transport.talk(0xc0, INFO, { timeoutMs: 500 })).toEqual({ ok: true, value: Uint8Array.of(2) });
  });

  it('an answer that overtakes is found out by the question that has only one answer', async () => {
    // Empty talk data is no answer; the real one comes late and must not answer the next talk.
    let n = 0;
    const kit = kitOf(legacyBasics, (line) => {
      if (!line.startsWith('e:t(')) return undefined;
      n += 1;
      return n === 1 ? '00()\n' : `00(0${n})\n`;
    });
    const transport = await open(kit);
    const first = await transport.talk(0xc0, INFO, { timeoutMs: 500 });
    expect(first.ok ? '' : first.failure.kind).toBe('no-answer');
    kit.heard.length = 0;
    expect(await transport.talk(0xc0, INFO, { timeoutMs: 500 })).toEqual({ ok: true, value: Uint8Array.of(2) });
    expect(kit.heard).toEqual(['b:f(00)', 'e:t(0730000000035D)']);
  });

  it('answers that lag one behind are noticed where a chip’s answer does not belong', async () => {
    let lagging: string | undefined;
    const kit = kitOf(
      (line) => (lagging === undefined ? legacyBasics(line) : undefined),
      (line) => {
        const own = line.startsWith('e:t(') ? `00(${REVISION})\n` : (legacyBasics(line) ?? '00()\n');
        const sent = lagging ?? own;
        lagging = own;
        return sent;
      },
    );
    const transport = await open(kit);
    await transport.talk(0xc0, INFO, { timeoutMs: 500 });
    const idle = await transport.idle(0xc0);
    expect(idle).toEqual({ ok: false, failure: { kind: 'garbage', line: `00(${REVISION})` } });
  });

  it('a kit that gives its name twice is in step when it is open', async () => {
    const kit = new ScriptedKit((line) => {
      const answer = legacyBasics(line) ?? `00(${REVISION})\n`;
      return line === 'b:f(00)' ? [answer, answer] : answer;
    });
    const transport = await open(kit);
    expect(kit.heard).toEqual(['b:f(00)', 'e:a(01)', 'b:di(00)', 'b:f(00)']);
    const answer = await transport.talk(0xc0, INFO, { timeoutMs: 500 });
    expect(answer.ok && toHex(answer.value)).toBe(REVISION);
  });

  it('whatever comes between, late or twice: a wrong answer never goes unnoticed to the end of a sequence', async () => {
    const fault = fc.constantFrom(
      'none',
      'banner',
      'split',
      'twice',
      'late copy',
      'echo',
      'half line before',
      'damaged',
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fault, { minLength: 1, maxLength: 6 }), async (faults) => {
        let n = 0;
        const kit = kitOf(legacyBasics, (line, self) => {
          if (line === 'e:i()') return '00()\n';
          n += 1;
          const answer = `00(0${n}000000)\n`;
          switch (faults[n - 1] ?? 'none') {
            case 'banner':
              return `hello\r\n${answer}`;
            case 'split':
              return [...answer];
            case 'twice':
              return answer + answer;
            case 'late copy':
              setTimeout(() => self.send(answer), 2);
              return answer;
            case 'echo':
              return `${line}\n${answer}`;
            case 'half line before':
              return [`00(FF`, '\n', answer];
            case 'damaged':
              return answer.replace('(', '?');
            default:
              return answer;
          }
        });
        const transport = await open(kit);
        // The caller's rule: what fails is asked again, a sequence ends with idle.
        for (let wanted = 1; wanted <= faults.length; wanted += 1) {
          const asked = n;
          const answer = await transport.talk(0xc0, INFO, { timeoutMs: 500 });
          const idle = await transport.idle(0xc0);
          if (answer.ok && idle.ok) expect(toHex(answer.value)).toBe(`0${asked + 1}000000`);
          await new Promise((resolve) => setTimeout(resolve, 4));
        }
        await transport.close();
      }),
      { numRuns: 60 },
    );
  });
});

describe('wake, idle, sleep, switch', () => {
  it.each([
    ['legacy', legacyBasics, '00(04113343)\n', { ok: true, value: { from: 'fixed' } }],
    ['legacy', legacyBasics, '00()\n', { ok: false, failure: { kind: 'no-wake', kitStatus: 0 } }],
    ['d21', d21Basics, '00()\n', { ok: true, value: { from: 'silent' } }],
    ['modern', modernBasics, '00(04113343)\n', { ok: true, value: { from: 'chip' } }],
    ['modern', modernBasics, 'FFFFFFD0()\n', { ok: false, failure: { kind: 'no-wake', kitStatus: 0xd0 } }],
    ['modern', modernBasics, 'FFFFFFD7(0407C440)\n', { ok: true, value: { from: 'self-test-failed' } }],
    ['modern', modernBasics, '00(040740C2)\n', { ok: true, value: { from: 'self-test-failed' } }],
  ])('%s wake', async (_, basics, answer, expected) => {
    const transport = await open(kitOf(basics, () => answer));
    expect(await transport.wake(0xc0)).toEqual(expected);
  });

  it('an answer that no wake has leaves a doubt: the kit is brought back in step before the next question', async () => {
    const kit = new ScriptedKit((line) => legacyBasics(line) ?? (line === 'e:w()' ? '00(0700)\n' : '00()\n'));
    const opened = await openKit(kit.near);
    if (!opened.ok) throw new Error(opened.failure.kind);
    expect((await opened.value.wake(0xc0)).ok).toBe(false);
    kit.heard.length = 0;
    await opened.value.idle(0xc0);
    expect(kit.heard).toEqual(['b:f(00)', 'e:i()']);
  });

  it('a legacy kit that no longer wraps gives the chip’s own wake answer', async () => {
    const kit = kitOf(legacyBasics, () => '00(04113343)\n');
    const transport = await open(kit);
    expect(await transport.setAutoWrap(false)).toEqual({ ok: true, value: 'off' });
    expect(await transport.wake(0xc0)).toEqual({ ok: true, value: { from: 'chip' } });
    expect(await transport.setAutoWrap(true)).toEqual({ ok: true, value: 'on' });
    expect(await transport.wake(0xc0)).toEqual({ ok: true, value: { from: 'fixed' } });
    expect(kit.heard.filter((line) => line.startsWith('e:a'))).toEqual(['e:a(01)', 'e:a(00)', 'e:a(01)']);
  });

  it('kits without the switch always wrap, and are not asked', async () => {
    const kit = kitOf(d21Basics, () => '00()\n');
    const transport = await open(kit);
    kit.heard.length = 0;
    expect(await transport.setAutoWrap(false)).toEqual({ ok: true, value: 'wraps' });
    expect(kit.heard).toEqual([]);
  });

  it('idle and sleep are done by 00, whatever stands in the parentheses', async () => {
    const kit = kitOf(legacyBasics, (line) => (line === 'e:i()' ? '00()\n' : line === 'e:s()' ? 'F0()\n' : undefined));
    const transport = await open(kit);
    expect(await transport.idle(0xc0)).toEqual({ ok: true, value: undefined });
    expect(await transport.sleep(0xc0)).toEqual({ ok: false, failure: { kind: 'no-answer', kitStatus: 0xf0 } });
  });
});

describe('discovery', () => {
  it('asks all eight and keeps one per address, ECC chips only', async () => {
    const devices: Record<string, string> = {
      'board:device(00)': 'ECC108 TWI 00(C0)\n',
      'board:device(01)': 'SHA204 TWI 00(C8)\n',
      'board:device(02)': 'AES132 TWI 00(A0)\n',
      'board:device(05)': 'ECC108 TWI 00(6C)\n',
    };
    const kit = kitOf(legacyBasics, (line) => devices[line] ?? 'C5()\n');
    const transport = await open(kit);
    expect(await transport.discover()).toEqual({
      ok: true,
      value: [
        { index: 0, name: 'ECC108', bus: 'TWI', address: 0xc0 },
        { index: 5, name: 'ECC108', bus: 'TWI', address: 0x6c },
      ],
    });
    expect(kit.heard.filter((line) => line.startsWith('board:device'))).toHaveLength(8);
  });

  it('a legacy kit that found nothing is kept from looking by itself, at opening and after every look', async () => {
    const kit = kitOf(legacyBasics, () => 'C5()\n');
    const transport = await open(kit);
    expect(kit.heard.at(-1)).toBe('b:di(00)');
    await transport.discover();
    expect(kit.heard.slice(-2)).toEqual(['board:device(07)', 'b:di(00)']);
  });

  it('sees one chip behind a host that ignores the index', async () => {
    const transport = await open(kitOf(d21Basics, () => 'ECC108 TWI 00(C0)\n'));
    const found = await transport.discover();
    expect(found.ok && found.value).toHaveLength(1);
  });

  it.each(['no_device TWI 00(00)\n', 'no_device C5()\n', 'C5()\n', '00()\n', 'FFFFFFE0()\n', 'ECC108 TWI 00(00)\n'])(
    'takes %j for an empty index',
    async (answer) => {
      const transport = await open(kitOf(d21Basics, () => answer));
      expect(await transport.discover()).toEqual({ ok: true, value: [] });
    },
  );

  it('selects anew afterwards: the probe moves a kit’s own selection', async () => {
    const kit = kitOf(legacyBasics, (line) => (line.startsWith('e:t(') ? `00(${REVISION})\n` : 'C5()\n'));
    const transport = await open(kit);
    await transport.talk(0xc0, INFO, { timeoutMs: 500 });
    await transport.discover();
    kit.heard.length = 0;
    await transport.talk(0xc0, INFO, { timeoutMs: 500 });
    expect(kit.heard[0]).toBe('e:physical:select(C0)');
  });
});

describe('trace', () => {
  it('shows every line with its time and hides what is confidential', async () => {
    const events: KitTraceEvent[] = [];
    const transport = await open(
      kitOf(legacyBasics, () => `hello\n00(${REVISION})\n`),
      { trace: (event) => events.push(event) },
    );
    events.length = 0;
    await transport.talk(0xc0, INFO, { timeoutMs: 500 });
    await transport.talk(0xc0, INFO, { timeoutMs: 500, confidential: true });
    expect(events.map(({ direction, line }) => `${direction} ${line}`)).toEqual([
      'out e:physical:select(C0)',
      'in 00()',
      'out e:t(0730000000035D)',
      'stray hello',
      `in 00(${REVISION})`,
      'out e:t(7 bytes, not shown)',
      'stray hello',
      'in 00(7 bytes, not shown)',
    ]);
    const times = events.map(({ atMs }) => atMs);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });
});
