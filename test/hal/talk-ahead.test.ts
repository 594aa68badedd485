import { describe, expect, it } from 'vitest';
import { openKit } from '../../src-main/hal/kit-transport.ts';
import type { Transport, TransportFailure } from '../../src-main/hal/transport.ts';
import { fromHex, toHex } from '../../src-shared/base/bytes.ts';
import type { Result } from '../../src-shared/base/result.ts';
import { legacyBasics, ScriptedKit } from './scripted-kit.ts';

const INFO = fromHex('0730000000035D');
const DONE = '04000340';
const OPTIONS = { timeoutMs: 1000 };

/** Our kit host, as far as it says who it is; every other line is the test's. */
function kitOf(answer: (line: string, kit: ScriptedKit) => string | undefined): ScriptedKit {
  return new ScriptedKit((line, kit) => {
    if (line === 'b:f(00)') return 'SIGNETKIT 00(010000)\n';
    if (/^e:a\(0[012]\)$/.test(line) || line.startsWith('e:physical:select(')) return '00()\n';
    return answer(line, kit);
  });
}

async function open(kit: ScriptedKit): Promise<Transport> {
  const opened = await openKit(kit.near);
  if (!opened.ok) throw new Error(JSON.stringify(opened.failure));
  kit.heard.length = 0;
  return opened.value;
}

/** Sends so many Infos ahead and gives what came of each: the answer in hex, or the failure's kind. */
async function talkAhead(transport: Transport, count: number, wanted = count): Promise<readonly string[]> {
  const answers: string[] = [];
  const packets = Array<Uint8Array>(count).fill(INFO);
  const take = (answer: Result<Uint8Array, TransportFailure>): boolean => {
    answers.push(answer.ok ? toHex(answer.value) : answer.failure.kind);
    return answer.ok && answers.length < wanted;
  };
  expect(await transport.talkAhead?.(0xc0, packets, OPTIONS, take)).toBe(true);
  return answers;
}

/** The answer to a talk or `next` line. */
function done(line: string, packet = DONE): string {
  const [, digit] = /^e:n:([0-9])\(/.exec(line) ?? [];
  return `${digit === undefined ? '' : `${digit} `}00(${packet})\n`;
}

const talks = (kit: ScriptedKit): readonly string[] => kit.heard.filter((line) => /^e:[tn]/.test(line));

describe('talking ahead', () => {
  it('the next line is on its way before the one before is answered, never more than one', async () => {
    const waiting: string[] = [];
    let most = 0;
    const kit = kitOf((line, self) => {
      waiting.push(line);
      most = Math.max(most, waiting.length);
      setImmediate(() => self.send(done(waiting.shift() ?? '')));
      return undefined;
    });
    const transport = await open(kit);
    expect(await talkAhead(transport, 12)).toEqual(Array(12).fill(DONE));
    expect(most).toBe(2);
    const hex = toHex(INFO);
    expect(talks(kit).slice(0, 3)).toEqual([`e:t(${hex})`, `e:n:1(${hex})`, `e:n:2(${hex})`]);
    expect(talks(kit).slice(9)).toEqual([`e:n:9(${hex})`, `e:n:0(${hex})`, `e:n:1(${hex})`]);
  });

  it('two answers in one piece are those of two talks', async () => {
    let first = '';
    const kit = kitOf((line) => {
      if (first === '') {
        first = done(line, '07000050000391');
        return undefined;
      }
      return `${first}${done(line)}`;
    });
    expect(await talkAhead(await open(kit), 2)).toEqual(['07000050000391', DONE]);
  });

  it('who takes no more gets no more, and what was under way is waited for', async () => {
    const kit = kitOf((line) => done(line));
    const transport = await open(kit);
    expect(await talkAhead(transport, 8, 3)).toEqual([DONE, DONE, DONE]);
    expect(talks(kit).length).toBeLessThanOrEqual(4);
    const next = await transport.talk(0xc0, INFO, OPTIONS);
    expect(next.ok && toHex(next.value)).toBe(DONE);
  });

  it('an answer that is not marked as its own ends it; question and answer are brought back in step', async () => {
    const kit = kitOf((line) => (line.startsWith('e:n:2(') ? done('e:n:1(') : done(line)));
    const transport = await open(kit);
    expect(await talkAhead(transport, 6)).toEqual([DONE, DONE, 'garbage']);
    kit.heard.length = 0;
    const next = await transport.talk(0xc0, INFO, OPTIONS);
    expect(next.ok && toHex(next.value)).toBe(DONE);
    expect(kit.heard[0]).toBe('b:f(00)');
  });

  it('after a damaged answer, that of the talk sent ahead is nobody’s', async () => {
    const kit = kitOf((line, self) => {
      if (!line.startsWith('e:n:2(')) return line.startsWith('e:n:3(') ? undefined : done(line);
      self.send('2 00(0400\x01340)\n');
      setImmediate(() => self.send(done('e:n:3(', '07000050000391')));
      return undefined;
    });
    const transport = await open(kit);
    expect(await talkAhead(transport, 6)).toEqual([DONE, DONE, 'garbage']);
    const next = await transport.talk(0xc0, INFO, OPTIONS);
    expect(next.ok && toHex(next.value)).toBe(DONE);
  });

  it('a kit that falls silent is given up, with everything that was under way', async () => {
    const kit = kitOf((line) => (line.startsWith('e:n:') ? undefined : done(line)));
    const transport = await open(kit);
    const answers: string[] = [];
    await transport.talkAhead?.(0xc0, [INFO, INFO, INFO], { timeoutMs: 40 }, (answer) => {
      answers.push(answer.ok ? 'ok' : answer.failure.kind);
      return answer.ok;
    });
    expect(answers).toEqual(['ok', 'timeout']);
    expect(transport.closed).toBe(true);
  });

  it('is for our own kit host, while nobody holds the chip awake by himself', async () => {
    const stranger = new ScriptedKit((line) => legacyBasics(line) ?? done(line));
    expect(await (await open(stranger)).talkAhead?.(0xc0, [INFO, INFO], OPTIONS, () => true)).toBe(false);
    expect(talks(stranger)).toEqual([]);
    const kit = kitOf((line) => done(line));
    const transport = await open(kit);
    await transport.setAutoWrap(false);
    expect(await transport.talkAhead?.(0xc0, [INFO, INFO], OPTIONS, () => true)).toBe(false);
    await transport.setAutoWrap(true);
    expect(kit.heard).toEqual(['e:a(00)', 'e:a(02)']);
  });
});
