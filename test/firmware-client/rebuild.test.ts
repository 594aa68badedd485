import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sliceExact } from '../../src-shared/base/bytes.ts';
import {
  type CertificateDefinition,
  deviceZone,
  encodeCompressed,
  profileDefaults,
  profileDefinitions,
} from '../../src-shared/certificates/index.ts';
import { bytesOf, calendarDates } from '../certificates/arbitraries.ts';
import { bytes, definition, list, record, text } from '../certificates/vector-values.ts';
import { makeClient } from './client-program.ts';
import { type RebuildCase, rebuildCase, rebuildSource } from './fixtures.ts';
import { writeFiles } from './plan-sources.ts';

/** Certificates rebuilt by the C client, held against Microchip's library and against the TypeScript side. */
const BUILD = fileURLToPath(new URL('../../firmware/build/client', import.meta.url));

/** What the C client makes of each case, by name. */
function rebuiltInC(name: string, cases: readonly RebuildCase[]): ReadonlyMap<string, string> {
  const folder = `${BUILD}/rebuild/${name}`;
  writeFiles(folder, new Map([['cases.c', rebuildSource(cases, ['Made for a test.'])]]));
  makeClient('rebuild', `CASES=${folder}/cases.c`, `OUT=${folder}/rebuild`);
  const lines = execFileSync(`${folder}/rebuild`, { encoding: 'utf8' }).trim().split('\n');
  return new Map(
    lines.map((line): [string, string] => [
      line.slice(0, line.lastIndexOf(': ')),
      line.slice(line.lastIndexOf(': ') + 2),
    ]),
  );
}

/** Every certificate of Microchip's chains, as its library rebuilt it. */
function libraryCases(): readonly RebuildCase[] {
  const file = record(
    JSON.parse(readFileSync(new URL('../vectors/cert-rebuild.json', import.meta.url), 'utf8')),
    'file',
  );
  return list(file['cases'], 'cases').flatMap((each) => {
    const given = record(record(each, 'case')['in'], 'in');
    const out = record(record(each, 'case')['out'], 'out');
    const memory = record(given['slot_memory'], 'slot_memory');
    const name = text(record(each, 'case')['name'], 'name');
    return (['signer', 'device'] as const).map((who): RebuildCase => {
      const layout = definition(given[`${who}_def`], who);
      const { zone, slot, offset, count } = layout.serialNumberLocation;
      const serial =
        zone === deviceZone.DATA && count > 0
          ? sliceExact(bytes(memory[String(slot)], 'slot'), offset, count)
          : undefined;
      const certificate = out[`${who}_cert`];
      return {
        name: `${name} ${who}`,
        definition: layout,
        compressed: bytes(given[`${who}_compressed`], 'compressed'),
        publicKey: bytes(given[`${who}_public_key`], 'public key'),
        authorityKey: bytes(given[who === 'signer' ? 'root_public_key' : 'signer_public_key'], 'authority'),
        config: bytes(given['config_zone'], 'config_zone'),
        storedSerial: serial,
        certificate: typeof certificate === 'string' ? bytes(certificate, 'certificate') : undefined,
      };
    });
  });
}

describe("certificates rebuilt by the client's C", () => {
  it("are those of Microchip's library, byte for byte", () => {
    const cases = libraryCases();
    const verdicts = rebuiltInC('library', cases);
    const wrong = cases.filter(({ name }) => !['built', 'refused'].includes(verdicts.get(name) ?? ''));
    expect(wrong.map(({ name }) => `${name}: ${verdicts.get(name)}`)).toEqual([]);
    expect([...verdicts.values()].filter((verdict) => verdict === 'built').length).toBeGreaterThan(50);
    // What the client does not do is refused before anything is changed, and listed in its README.
    const refused = cases.filter(({ name }) => verdicts.get(name) === 'refused');
    expect(refused.filter(({ definition: layout }) => !isListed(layout)).map(({ name }) => name)).toEqual([]);
  });

  it('are those of the TypeScript side for any dates, keys and signatures', () => {
    const profiles = (['atmel-2015', 'zero-touch', 'tng'] as const).flatMap((profile) => {
      const pair = profileDefinitions(profile, profileDefaults(profile));
      return pair.ok ? [pair.value.signer, pair.value.device] : [];
    });
    const cases = fc
      .sample(
        fc.record({
          layout: fc.constantFrom(...profiles),
          signature: fc.oneof(
            bytesOf(64),
            bytesOf(60).map((tail) => Uint8Array.from([0, 0, 0, 0, ...tail])),
            bytesOf(62).map((head) => Uint8Array.from([...head.subarray(0, 32), 0, 0, ...head.subarray(32)])),
          ),
          issue: calendarDates(2000, 2127),
          expireYears: fc.integer({ min: 0, max: 127 }),
          signerId: bytesOf(2),
          publicKey: bytesOf(64),
          authorityKey: bytesOf(64),
          config: bytesOf(128),
          serial: bytesOf(16),
        }),
        { numRuns: 200, seed: 8971 },
      )
      .map(({ layout, signature, issue, expireYears, signerId, publicKey, authorityKey, config, serial }, i) => {
        const compressed = encodeCompressed({
          signature,
          issue: { ...issue, minute: 0, second: 0 },
          expireYears,
          signerId,
          templateId: layout.templateId,
          chainId: layout.chainId,
          snSource: layout.snSource,
          formatVersion: issue.year > 2031 || expireYears > 31 ? 1 : 0,
          reserved: 0,
        });
        if (!compressed.ok) throw new Error(compressed.failure.reason);
        return rebuildCase({
          name: `sample ${i}`,
          definition: layout,
          compressed: compressed.value,
          publicKey,
          authorityKey,
          config,
          storedSerial: layout.serialNumberLocation.count > 0 ? serial : undefined,
        });
      });
    const verdicts = rebuiltInC('samples', cases);
    const wrong = cases.filter(
      ({ name, certificate }) => verdicts.get(name) !== (certificate === undefined ? 'none' : 'built'),
    );
    expect(wrong.map(({ name }) => `${name}: ${verdicts.get(name)}`)).toEqual([]);
    expect(cases.some(({ certificate }) => certificate === undefined)).toBe(true);
  });
});

/** Whether the README says that definitions of this kind are refused. */
function isListed(layout: CertificateDefinition): boolean {
  const { CONFIG, DATA, NONE } = deviceZone;
  const oddElement = layout.customElements.some(({ deviceLocation: { zone, count }, transforms: [first, second] }) => {
    const elsewhere = zone !== CONFIG && zone !== NONE && count > 0;
    return elsewhere || ![0, 2, 3].includes(first) || (first !== 0 && second !== 0);
  });
  const serial = layout.serialNumberLocation;
  const oddSerial = layout.snSource === 7 || (serial.count > 0 && (serial.zone !== DATA || serial.slot < 8));
  const oddKey = layout.publicKeyLocation.isGenkey && layout.publicKeyLocation.slot !== layout.privateKeySlot;
  return oddElement || oddSerial || oddKey;
}
