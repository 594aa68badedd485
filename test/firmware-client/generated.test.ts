import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { errorCodes } from '../../src-shared/base/error-codes.ts';
import { stageNames } from '../../src-shared/model/stages.ts';
import { generatedFiles } from './fixtures.ts';
import { clientHeaders } from './plan-sources.ts';

const CLIENT = fileURLToPath(new URL('../../firmware/client/', import.meta.url));
const read = (path: string): string => readFileSync(`${CLIENT}${path}`, 'utf8');

describe('what firmware/client has from the TypeScript side', () => {
  it.each([...clientHeaders()].map(([name, text]) => [`include/${name}`, text] as const))(
    '%s is up to date',
    (path, text) => {
      expect(read(path)).toBe(text);
    },
  );

  // After a change on purpose: node test/firmware-client/write-fixtures.ts
  it.each([...generatedFiles()])('%s is up to date', (path, text) => {
    expect(read(path)).toBe(text);
  });

  it('return codes have the numbers of the list of all errors', () => {
    const header = read('include/atcaprov/atcaprov_return_codes.h');
    const codes = [...header.matchAll(/^ {4}ATCAPROV_(\w+) = (\d+),?$/gm)].map(([, name = '', number]) => [
      name,
      Number(number),
    ]);
    expect(codes.length).toBeGreaterThan(50);
    const known: Readonly<Record<string, number>> = { ...errorCodes, SUCCESS: 0 };
    expect(codes.filter(([name, number]) => known[String(name)] !== number)).toEqual([]);
    // Whatever a server may answer has its name.
    const ofServer = Object.entries(errorCodes).filter(([, number]) => number < 128);
    expect(ofServer.filter(([name]) => !codes.some(([other]) => other === name))).toEqual([]);
  });

  it('stages have the names and the order of the run record', () => {
    const header = read('include/atcaprov/atcaprov_user_funcs.h');
    const stages = [...header.matchAll(/^ {4}ATCAPROV_STAGE_(\w+) = (\d+),?$/gm)].map(([, name]) => name);
    expect(stages).toEqual(['NONE', ...stageNames]);
  });
});
