import { expect, it } from 'vitest';
import type { VectorCase } from './judge.ts';
import { judgeCase, suiteOf } from './runner.ts';

/** Answers of Microchip's library to calls of the same kinds that the files do not hold: the suites judge these, too. */
const signature = 'a5'.repeat(64);
const message = '3c'.repeat(32);

const cases: readonly (readonly [file: string, testCase: VectorCase])[] = [
  [
    'compressed-cert',
    {
      name: 'a date with a fault before a digit of the same number',
      kind: 'date-parse',
      in: { format: 0, encoded: Buffer.from('8055-08-17T09:15:a2Z').toString('hex'), text: '8055-08-17T09:15:a2Z' },
      out: { status: 4, date: { year: 8055, month: 8, day: 17, hour: 9, min: 15, sec: 0 } },
    },
  ],
  [
    'compressed-cert',
    {
      name: 'a date with a fault in the month',
      kind: 'date-parse',
      in: { format: 4, encoded: Buffer.from('2007/824124535Z').toString('hex'), text: '2007/824124535Z' },
      out: { status: 4, date: { year: 2007, month: 1, day: 0, hour: 0, min: 0, sec: 0 } },
    },
  ],
  [
    'compressed-cert',
    {
      name: 'a compressed date of 31 April',
      kind: 'date-decode',
      in: { comp_cert: `${'00'.repeat(64)}7a7c01${'00'.repeat(5)}`, expire_date_format: 1, fields_in_range: true },
      out: {
        status: 0,
        issue: { year: 2015, month: 4, day: 31, hour: 0, min: 0, sec: 0 },
        expire: { year: 2016, month: 4, day: 31, hour: 0, min: 0, sec: 0 },
      },
    },
  ],
  [
    'packets',
    {
      name: 'a word with a MAC that nobody wants',
      kind: 'command',
      in: {
        devtype: 'ATECC508A',
        function: 'calib_write',
        zone: 1,
        address: 0x0a06,
        value: '192c0479',
        mac: '35'.repeat(32),
      },
      out: {
        status: 0,
        packet: '0b1201060a192c0479af7e',
        word_address: '03',
        opcode: '12',
        opcode_name: 'Write',
        param1: '01',
        param2: 0x0a06,
        data: '192c0479',
        crc: 'af7e',
      },
    },
  ],
  [
    'packets',
    {
      name: 'whether a zone is locked that is none',
      kind: 'sequence',
      in: { devtype: 'ATECC508A', function: 'calib_is_locked', zone: 2, replies: ['0700005555f552'] },
      out: { status: -30, packets: ['0702001500175d'] },
    },
  ],
  [
    'packets',
    {
      name: 'a verification that says no',
      kind: 'sequence',
      in: {
        devtype: 'ATECC508A',
        function: 'calib_verify_stored',
        message,
        signature,
        key_id: 11,
        replies: ['04000340', '040100c3'],
      },
      out: { status: 0, packets: [`2716030000${message}12e5`, `4745000b00${signature}abc8`] },
    },
  ],
];

it.each(cases)('%s: $name', async (file, testCase) => {
  const suite = await suiteOf(file);
  if (suite === undefined) throw new Error('no suite');
  expect((await judgeCase(file, suite, testCase)).verdict).toEqual({ passed: true });
});
