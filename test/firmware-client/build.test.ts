import { describe, expect, it } from 'vitest';
import { need } from '../firmware/build.ts';
import { makeClient } from './client-program.ts';

/** What the Makefile of firmware/client promises. */
describe('the provisioning client in C', () => {
  it('passes its unit tests under sanitizers, covers its lines, and keeps to its RAM', { timeout: 240_000 }, () => {
    const output = makeClient('test');
    const [, passed = '0', failed = '1'] = /^(\d+) passed, (\d+) failed$/m.exec(output) ?? [];
    expect(Number(failed)).toBe(0);
    expect(Number(passed)).toBeGreaterThan(70);
    expect(Number(/^coverage all +lines +([\d.]+) %/m.exec(output)?.[1])).toBeGreaterThanOrEqual(90);
    const [, state = '', stack = '', sum = ''] =
      /^ram +state (\d+) \+ stack (\d+) = (\d+) of 4096 bytes/m.exec(output) ?? [];
    expect(Number(state)).toBeLessThanOrEqual(1536);
    expect(Number(stack)).toBeGreaterThan(500);
    expect(Number(sum)).toBeLessThanOrEqual(4096);
  });

  it('compiles for a Cortex-M0+ without a C library, and keeps to its RAM there', { timeout: 240_000 }, () => {
    need('arm-none-eabi-gcc');
    const output = makeClient('size');
    const number = (pattern: RegExp): number => Number(pattern.exec(output)?.[1]);
    expect(number(/^size cortex-m0plus +flash +(\d+) bytes, static RAM 0 bytes$/m)).toBeLessThan(20_000);
    const state = number(/^size state +RAM +(\d+) bytes/m);
    const stack = number(/^stack client +(\d+) bytes at most/m);
    expect(state + stack).toBeLessThanOrEqual(4096);
    expect(state).toBeGreaterThan(500);
    expect(stack).toBeGreaterThan(500);
  });
});
