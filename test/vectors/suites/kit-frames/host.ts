/** The `kit-host` cases: lines into our host model, its answers and its doings on the bus against those of Microchip's host. */
import { parseResponse } from '../../../../src-shared/atecc/index.ts';
import { fromHex, toHex } from '../../../../src-shared/base/bytes.ts';
import { type HostBus, type HostDevice, type HostState, hostStep } from '../../../../src-shared/kit/host-model.ts';
import { BadVector, bytesOf, compareAll, type Fields, isFields, optionalBytes, textOf } from '../../fields.ts';
import { type Judge, type VectorCase, wrong } from '../../judge.ts';

/** What our host does with one line. */
export interface HostResult {
  readonly response: string;
  readonly device_io: readonly string[];
}

const buses = ['TWI', 'SWI', 'SPI'] as const;
const kitNames: Readonly<Record<string, string>> = {
  ATSHA204A: 'SHA204A',
  ATECC108A: 'ECC108A',
  ATECC508A: 'ECC508A',
  ATECC608: 'ECC608',
};

/** Every step of a case through our host, with the device that the step describes. */
export function hostResults(testCase: VectorCase): readonly HostResult[] {
  let state: HostState = { devices: listOf(testCase.in, 'interfaces').map(deviceOf), selected: undefined };
  return listOf(testCase.in, 'steps').map((step) => {
    const io: string[] = [];
    const { answer, state: next } = hostStep(state, recordingBus(step, io), textOf(step, 'line'));
    state = next;
    return { response: answer, device_io: io };
  });
}

/** The lines of a case, with what the device does. */
export function askedSteps(testCase: VectorCase): readonly Fields[] {
  return listOf(testCase.in, 'steps');
}

/** The steps that the case expects. */
export function expectedSteps(testCase: VectorCase): readonly Fields[] {
  return listOf(testCase.out, 'steps');
}

export const judgeHost: Judge = (testCase) => {
  const ours = hostResults(testCase);
  if (Object.keys(testCase.out).join() !== 'steps') return wrong('out has more than steps');
  return compareAll({ steps: expectedSteps(testCase) }, { steps: ours });
};

function listOf(fields: Fields, name: string): Fields[] {
  const list = fields[name];
  if (!Array.isArray(list)) throw new BadVector(`${name} is no list`);
  return list.map((entry: unknown) => {
    if (!isFields(entry)) throw new BadVector(`${name} holds something that is no object`);
    return entry;
  });
}

function deviceOf(fields: Fields): HostDevice {
  const bus = buses.find((name) => name === textOf(fields, 'bus'));
  const name = kitNames[textOf(fields, 'devtype')];
  const address = bytesOf(fields, 'address')[0];
  if (bus === undefined || name === undefined || address === undefined) throw new BadVector('unknown interface');
  return { name, bus, address };
}

/** A bus with the device of one step on it; what the host does is written down as the vectors write it. */
function recordingBus(step: Fields, io: string[]): HostBus {
  const asleep = step['nowake'] === true;
  const answer = optionalBytes(step, 'device_reply');
  const place = (device: HostDevice): string => toHex(Uint8Array.of(device.address)).toLowerCase();
  return {
    wake() {
      io.push('wake');
      return asleep ? undefined : fromHex('04113343');
    },
    command(device, packet) {
      io.push(`${place(device)}:03${toHex(packet).toLowerCase()}`);
      return answer;
    },
    idle(device) {
      io.push(`${place(device)}:02`);
    },
    sleep(device) {
      io.push(`${place(device)}:01`);
      return true;
    },
    intact: (received) => parseResponse(received).ok,
  };
}

/** Our answer where Microchip's host prints a negative status: what the step's line and device ask for by host-model.ts. */
export function ourAnswerInstead(step: Fields): string {
  const line = textOf(step, 'line');
  const reply = optionalBytes(step, 'device_reply');
  if (/^b[a-z]*:d[a-z]*\(/i.test(line)) return 'no_device TWI 00(00)\n';
  if (/^[a-z]+:p[a-z]*:i[a-z]*:i2c$/i.test(line.trim())) return '00()\n';
  if (/^[a-z]+:t/i.test(line)) {
    if (reply === undefined) return 'E7()\n';
    return parseResponse(reply).ok ? `00(${toHex(reply)})\n` : 'E5()\n';
  }
  return step['nowake'] === true ? 'D0()\n' : 'C0()\n';
}
