import { hex, withCrc } from '../../src-main/simulator/octets.ts';
import { fromHex } from '../../src-shared/base/bytes.ts';
import { BENCH_CONFIG } from './bench-chip.ts';

/**
 * Lines that every kit host of ours answers with the same bytes: the interpreter as a Linux process, the same C on an
 * emulated CPU, the simulator's kit of the same firmware, and the host model; and, but for those marked, the simulator's
 * well-formed modern kit, which imitates Microchip's host. The chip is the one of bench-chip.ts.
 */
export interface TestLine {
  /** Characters as sent, line end and padding included; \x00 is a NUL. */
  readonly sent: string;
  /** Lines that come back, each without its newline. */
  readonly answers: readonly string[];
  /** Why Microchip's host put right answers otherwise. */
  readonly ours?: string;
}

/** `e:t(…)` with this command, and the chip's answer; both without CRC. */
function talk(command: string, answer: string): TestLine {
  const whole = (body: string): string => hex(withCrc(fromHex(`${body}0000`)));
  return { sent: `e:t(${whole(command)})\n`, answers: [`00(${whole(answer)})`] };
}

/** Read of 32 bytes of the configuration zone. */
function readBlock(block: number): TestLine {
  const bytes = hex(BENCH_CONFIG.subarray(32 * block, 32 * block + 32));
  return talk(`070280${hex(Uint8Array.of(8 * block))}00`, `23${bytes}`);
}

/** Read of 4 bytes of the configuration zone. */
function readWord(word: number): TestLine {
  return talk(`070200${hex(Uint8Array.of(word))}00`, `07${hex(BENCH_CONFIG.subarray(4 * word, 4 * word + 4))}`);
}

export const TEST_LINES: readonly TestLine[] = [
  { sent: 'b:f(00)\n', answers: ['SIGNETKIT 00(010000)'], ours: 'it has no name' },
  { sent: 'board:firmware(01)\n', answers: ['C3()'], ours: 'it has no name' },
  { sent: 'board:device(00)\n', answers: ['ECC508A TWI 00(C0)'] },
  ...[1, 2, 3, 4, 5, 6, 7].map((index) => ({
    sent: `board:device(0${index})\n`,
    answers: ['no_device TWI 00(00)'],
  })),
  { sent: 'BOARD:DEVICE(00)\n', answers: ['ECC508A TWI 00(C0)'] },
  { sent: 'b:v()\n', answers: ['SIGNETKIT ECC508A TWI 00(C0)'], ours: 'a stub there' },
  { sent: 'board:device(zz)\n', answers: ['ECC508A TWI 00(C0)'] },
  { sent: 'board:device()\n', answers: ['ECC508A TWI 00(C0)'] },
  { sent: 'board:device(1)\n', answers: ['no_device TWI 00(00)'] },
  { sent: 'board:device\n', answers: ['C0()'], ours: 'E2 there' },
  { sent: 'b:di(00)\n', answers: ['00()'], ours: 'not known there' },
  { sent: 'b:di(01)\n', answers: ['C3()'], ours: 'not known there' },
  { sent: 'E:physical:interface:i2c\n', answers: ['00()'], ours: 'not known there' },
  { sent: 'E:physical:interface:swi\n', answers: ['C4()'], ours: 'not known there' },
  { sent: 'E:physical:select(C0)\n', answers: ['00()'] },
  { sent: 'E:w()\n\x00', answers: ['00(04113343)'] },
  { sent: 'e:i()\n', answers: ['00()'] },
  { sent: 'e:w()\r\n', answers: ['00(04113343)'] },
  { sent: 'ecc:idle()\n', answers: ['00()'] },
  { sent: '\x00\x00\x00ecc:wake()\n', answers: ['00(04113343)'] },
  { sent: 'E:i()\n\x00', answers: ['00()'] },
  { sent: 'e:t(0730000000035D)\n', answers: ['00(07000050000391)'] },
  { sent: 'E:T(0730000000035d)\n', answers: ['00(07000050000391)'] },
  { sent: 's:t(0730000000035D)\n\x00', answers: ['00(07000050000391)'] },
  // The very line of kit-protocol.md 7, and then all of the zone.
  {
    sent: 'e:t(070280000009AD)\n',
    answers: ['00(23012303040000500005060708EE000100C00055008F2FC4448720C4F48F0F8F8F42D7)'],
  },
  ...[0, 1, 2, 3].map(readBlock),
  ...[0, 4, 21, 31].map(readWord),
  talk('0702802000', '0403'),
  // An unlocked chip gives a fixed pattern (atecc-device.md 4).
  talk('071B000000', `23${'FFFF0000'.repeat(8)}`),
  { sent: 'e:t(0730000000035E)\n', answers: ['00(04FF0142)'] },
  { sent: 'e:t(07400400008387)\n', answers: ['00(040F2342)'] },
  { sent: 'e:t(077BCAE6660AE2)\n', answers: ['00(04038342)'] },
  { sent: 'e:t()\n', answers: ['C3()'], ours: 'E2 there' },
  { sent: 'e:t(073)\n', answers: ['C3()'], ours: 'E2 there' },
  { sent: 'e:i()\n', answers: ['00()'] },
  { sent: 'e:s()\n', answers: ['00()'] },
  { sent: 's:a(00)\n', answers: ['00()'], ours: 'no such switch' },
  { sent: 's:w()\n', answers: ['00(04113343)'], ours: 'no such switch' },
  { sent: 's:t(0730000000035D)\n', answers: ['00(07000050000391)'], ours: 'no such switch' },
  { sent: 's:i()\n', answers: ['00()'], ours: 'no such switch' },
  { sent: 's:t(0730000000035D)\n', answers: ['E7()'], ours: 'no such switch' },
  { sent: 's:a(01)\n', answers: ['00()'], ours: 'no such switch' },
  ...[
    { sent: 'e:a(03)\n', answers: ['C3()'] },
    { sent: 'e:n:1(0730000000035D)\n', answers: ['1 E7()'] },
    { sent: 'e:a(02)\n', answers: ['00()'] },
    {
      sent: 'e:t(0730000000035D)\necc:next:1(070280000009AD)\ne:n:2(0730000000035D)\n',
      answers: [
        '00(07000050000391)',
        '1 00(23012303040000500005060708EE000100C00055008F2FC4448720C4F48F0F8F8F42D7)',
        '2 00(07000050000391)',
      ],
    },
    { sent: 'e:n:3(0730000000035D)\n', answers: ['3 00(07000050000391)'] },
    // Nothing is done after one that the chip did not do.
    {
      sent: 'e:t(07400400008387)\ne:n:4(0730000000035D)\ne:n:5(0730000000035D)\n',
      answers: ['00(040F2342)', '4 E7()', '5 E7()'],
    },
    { sent: 'e:t(0730000000035D)\ne:i()\ne:n:6(0730000000035D)\n', answers: ['00(07000050000391)', '00()', '6 E7()'] },
    { sent: 'e:t(0730000000035D)\ne:n:7(073)\ne:n:8(07)\n', answers: ['00(07000050000391)', '7 C3()', '8 E7()'] },
    { sent: 'e:n:x(0730000000035D)\n', answers: ['C3()'] },
    { sent: 'e:n(0730000000035D)\n', answers: ['C0()'] },
    { sent: 'e:w()\n', answers: ['00(04113343)'] },
    { sent: 'e:s()\n', answers: ['00()'] },
    { sent: 'e:a(01)\n', answers: ['00()'] },
    { sent: 'e:n:9(0730000000035D)\n', answers: ['9 E7()'] },
  ].map((line) => ({ ...line, ours: 'no such switch, and one line at a time' })),
  { sent: 'x:w()\n', answers: ['C0()'], ours: 'E2 there' },
  { sent: 'e:x()\n', answers: ['C0()'], ours: 'E2 there' },
  { sent: 'e:\n', answers: ['C0()'], ours: 'E2 there' },
  { sent: ' e:w()\n', answers: ['C0()'], ours: 'E2 there' },
  { sent: 'ecc:wak\n', answers: ['C0()'], ours: 'E2 there' },
  { sent: 'a:b:c:d:e()\n', answers: ['C0()'], ours: 'E2 there' },
  { sent: 'e:w(\n', answers: ['00(04113343)'] },
  { sent: 'e:i(\n', answers: ['00()'] },
  { sent: 'e:w() \r\n', answers: ['00(04113343)'] },
  { sent: 'e:i()\n', answers: ['00()'] },
  { sent: 'libcrypto:e:i()\n', answers: ['00()'], ours: 'no such field there' },
  { sent: 'e:w)\n', answers: ['C3()'], ours: 'E2 there' },
  { sent: 'e:t(0730000000035D\n', answers: ['C3()'], ours: 'it forgives the parenthesis' },
  { sent: 'e:t(07300000\n', answers: ['C3()'], ours: 'it sends what there is' },
  { sent: `e:t(${'00'.repeat(156)})\n`, answers: ['C3()'], ours: 'it has room for more' },
  { sent: 'AT\r', answers: ['C0()'], ours: 'E2 there' },
  { sent: 'e:p:s(00)\n', answers: ['C3()'], ours: 'ignored there' },
  { sent: 'e:p:s(6A)\n', answers: ['00()'] },
  { sent: 'e:w()\n', answers: ['D0()'], ours: 'an address that is not in its table changes nothing' },
  { sent: 'e:p:s(C0)\n', answers: ['00()'] },
  { sent: `${'e'.repeat(2000)}\n`, answers: ['C1()'] },
  { sent: 'e:t(0730000000035D)\ne:i()\n', answers: ['00(07000050000391)', '00()'] },
];

/** What is asked while a wire of the bus is held low, and afterwards; `stuck` changes before the line is sent. */
export const STUCK_LINES: readonly { readonly stuck: boolean; readonly sent: string; readonly answer: string }[] = [
  { stuck: false, sent: 'board:device(00)\n', answer: 'ECC508A TWI 00(C0)' },
  { stuck: true, sent: 'e:w()\n', answer: 'FE()' },
  { stuck: true, sent: 'e:t(0730000000035D)\n', answer: 'FE()' },
  { stuck: true, sent: 'e:s()\n', answer: 'FE()' },
  { stuck: true, sent: 'e:i()\n', answer: '00()' },
  { stuck: true, sent: 'e:p:s(C0)\n', answer: '00()' },
  { stuck: false, sent: 'e:t(0730000000035D)\n', answer: '00(07000050000391)' },
  { stuck: false, sent: 'e:a(00)\n', answer: '00()' },
  { stuck: false, sent: 'e:w()\n', answer: '00(04113343)' },
  // The chip is awake: how much of the packet it got nobody knows.
  { stuck: true, sent: 'e:t(0730000000035D)\n', answer: 'E6()' },
  { stuck: true, sent: 'e:i()\n', answer: 'FE()' },
  { stuck: true, sent: 'b:v()\n', answer: 'FE()' },
  { stuck: true, sent: 'board:device(00)\n', answer: 'FE()' },
  { stuck: true, sent: 'board:device(03)\n', answer: 'FE()' },
  { stuck: false, sent: 'board:device(03)\n', answer: 'no_device TWI 00(00)' },
  { stuck: false, sent: 'board:device(00)\n', answer: 'ECC508A TWI 00(C0)' },
  { stuck: false, sent: 'e:t(0730000000035D)\n', answer: '00(07000050000391)' },
];
