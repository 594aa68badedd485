import { describe, expect, it } from 'vitest';
import { buildResponse, infoRevision, parseResponse, statusPacket } from '../../src-shared/atecc/index.ts';
import { fromHex, toHex } from '../../src-shared/base/bytes.ts';
import { type HostBus, type HostDevice, type HostState, hostLines, hostStep } from '../../src-shared/kit/host-model.ts';
import { parseReply } from '../../src-shared/kit/reply.ts';
import { StockSession } from '../../src-shared/kit/stock-client.ts';

const TOKEN = fromHex('04113343');
const REVISION = buildResponse(fromHex('00005000'));

/** A chip that gives one answer to everything; `undefined` = it does not answer. */
function busWith(answer: Uint8Array | undefined, awake = true): HostBus {
  return {
    wake: () => (awake ? TOKEN : undefined),
    command: () => answer,
    idle: () => undefined,
    sleep: () => awake,
    intact: (received) => parseResponse(received).ok,
  };
}

/** Microchip's client on our host. */
function client(devtype: string, devices: readonly HostDevice[], bus: HostBus): StockSession {
  let state: HostState = { devices, selected: undefined };
  return new StockSession(
    devtype,
    (line) => {
      const step = hostStep(state, bus, line);
      state = step.state;
      return step.answer;
    },
    (response) => parseResponse(response).ok,
  );
}

const chip: HostDevice = { name: 'ECC508A', bus: 'TWI', address: 0xc0 };
const newer: HostDevice = { name: 'ECC608', bus: 'TWI', address: 0x6c };
const other: HostDevice = { name: 'SHA204A', bus: 'TWI', address: 0xc8 };

describe('Microchip’s own client is content with our host', () => {
  it('finds its chip behind any other', () => {
    const session = client('ATECC608', [chip, other, newer], busWith(REVISION));
    expect(session.init()).toBe('ATCA_SUCCESS');
    expect(session.sent.at(-1)).toBe('E:physical:select(6C)\n');
    expect(session.unread).toBe('');
  });

  it('hears properly that there is none: it asks all eight and says so', () => {
    const session = client('ATECC608', [], busWith(REVISION));
    expect(session.init()).toBe('ATCA_NO_DEVICES');
    expect(session.sent).toHaveLength(8);
  });

  it('gets its answer', () => {
    const session = client('ATECC508A', [chip], busWith(REVISION));
    session.init();
    const { status, response } = session.command(infoRevision().packet);
    expect(status).toBe('ATCA_SUCCESS');
    expect(response).toEqual(REVISION);
    expect(session.unread).toBe('');
    expect(session.failedReads).toBe(0);
  });

  it.each([
    [0x01, 'ATCA_CHECKMAC_VERIFY_FAILED'],
    [0x03, 'ATCA_PARSE_ERROR'],
    [0x05, 'ATCA_STATUS_ECC'],
    [0x07, 'ATCA_STATUS_SELFTEST_ERROR'],
    [0x0f, 'ATCA_EXECUTION_ERROR'],
    [0xff, 'ATCA_STATUS_CRC'],
  ])('learns the chip’s status %i', (status, name) => {
    const session = client('ATECC508A', [chip], busWith(statusPacket(status)));
    session.init();
    expect(session.command(infoRevision().packet).status).toBe(name);
    expect(session.failedReads).toBe(0);
  });

  it('hears at once that the chip is silent or its answer damaged, without polling', () => {
    for (const answer of [undefined, fromHex('07000050001234')]) {
      const session = client('ATECC508A', [chip], busWith(answer));
      session.init();
      expect(session.command(infoRevision().packet).status).toBe('ATCA_RX_NO_RESPONSE');
      expect(session.failedReads).toBe(0);
    }
  });

  it('hears that the chip does not wake', () => {
    const session = client('ATECC508A', [chip], busWith(undefined, false));
    expect(session.control('wake')).toBe('ATCA_WAKE_FAILED');
    expect(session.control('idle')).toBe('ATCA_SUCCESS');
    expect(session.control('sleep')).toBe('ATCA_SUCCESS');
  });
});

describe('our host', () => {
  const state: HostState = { devices: [chip, newer], selected: undefined };
  const answer = (line: string) => hostStep(state, busWith(REVISION), line).answer;

  it.each([
    '',
    '\n',
    ':w()\n',
    'E\n',
    'E:\n',
    'E:x()\n',
    'E:w\n',
    'board:none(00)\n',
    'b:c(01)\n',
    'aes:w()\n',
    'e:physical:interface\n',
    ' e:w()\n',
    'e:t\n',
    '\x00\xff garbage (00)\n',
    `${'e:'.repeat(190)}\n`,
  ])('answers %j with one well-formed line', (line) => {
    const given = answer(line);
    expect(given.endsWith('\n')).toBe(true);
    const parsed = parseReply(given);
    expect(parsed.ok && parsed.value.negative).toBe(false);
    expect(parsed.ok && parsed.value.status).toBe(0xc0);
  });

  it('cuts lines at CR and LF, and answers no empty ones', () => {
    expect(hostLines('\0\x1be:w()\r\n\n\0e:\0i()\nhalf')).toEqual(['e:w()', 'e:i()']);
    expect(answer(`${'e'.repeat(385)}\n`)).toBe('C1()\n');
  });

  it('refuses a talk that is no packet', () => {
    expect(answer('e:t()\n')).toBe('C3()\n');
    expect(answer('e:t(073)\n')).toBe('C3()\n');
    expect(answer('e:t(zz)\n')).toBe('C3()\n');
  });

  it('half a packet is none', () => {
    expect(answer('e:t(0730000000035D\n')).toBe('C3()\n');
    expect(answer('e:t(07300000000\n')).toBe('C3()\n');
    expect(answer('e:w(\n')).toBe('00(04113343)\n');
  });

  it('says of its one interface that it is there, and of others that they are not', () => {
    expect(answer('E:physical:interface:i2c\n')).toBe('00()\n');
    expect(answer('E:physical:interface:swi\n')).toBe('C4()\n');
  });

  it('a chip that does not wake is D0, and gets no command', () => {
    let commands = 0;
    const silent: HostBus = {
      ...busWith(REVISION, false),
      command: () => {
        commands += 1;
        return REVISION;
      },
    };
    for (const line of ['e:w()\n', 'e:t(0730000000035D)\n', 'e:s()\n']) {
      expect(hostStep(state, silent, line).answer).toBe('D0()\n');
    }
    expect(commands).toBe(0);
  });

  it('without a chip, and at an address where none is, there is nobody to wake', () => {
    const nobody = busWith(undefined, false);
    expect(hostStep({ devices: [], selected: undefined }, nobody, 'e:w()\n').answer).toBe('D0()\n');
    const selected = hostStep(state, nobody, 'e:p:s(55)\n');
    expect(selected.answer).toBe('00()\n');
    expect(selected.state.selected).toEqual({ name: '', bus: 'TWI', address: 0x54 });
    expect(answer('e:p:s(00)\n')).toBe('C3()\n');
  });

  it('holds a chip awake when it is told to', () => {
    const doings: string[] = [];
    const noting: HostBus = {
      ...busWith(REVISION),
      wake: () => {
        doings.push('wake');
        return TOKEN;
      },
      idle: () => doings.push('idle'),
    };
    const held = hostStep(state, noting, 's:a(00)\n').state;
    expect(hostStep(held, noting, 's:t(0730000000035D)\n').answer).toBe(`00(${toHex(REVISION)})\n`);
    expect(doings).toEqual([]);
    const free = hostStep(held, noting, 's:a(01)\n').state;
    expect(doings).toEqual(['idle']);
    hostStep(free, noting, 's:t(0730000000035D)\n');
    expect(doings).toEqual(['idle', 'wake', 'idle']);
    expect(answer('s:a(03)\n')).toBe('C3()\n');
  });

  it('never prints more than two status digits', () => {
    for (const line of ['board:device(07)\n', 'board:device(FF)\n', 'e:t(0730000000035D)\n', 'e:p:s(55)\n']) {
      expect(answer(line)).toMatch(/^(?:[A-Za-z0-9_]+ [A-Z]+ )?[0-9A-F]{2}\([0-9A-F]*\)\n$/);
    }
    expect(answer('e:t(0730000000035D)\n')).toBe(`00(${toHex(REVISION)})\n`);
  });
});
