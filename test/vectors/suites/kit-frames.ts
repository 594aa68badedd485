/**
 * kit-frames.json: what Microchip's own client sends and how it parses (kinds control .. session), judged with our view of
 * that client; and what its kit host answers (kind kit-host), judged with our host model.
 */
import { crc16, isLibraryStatusName, type LibraryStatusName, libraryStatus } from '../../../src-shared/atecc/index.ts';
import { padRight, readU16le } from '../../../src-shared/base/bytes.ts';
import {
  StockSession,
  stockControlLine,
  stockParse,
  stockReadLine,
  stockReports,
  stockTalkLine,
} from '../../../src-shared/kit/stock-client.ts';
import { BadVector, bytesOf, compareAll, integerOf, kindOf, optionalBytes, textOf } from '../fields.ts';
import { type Judge, type VectorCase, wrong } from '../judge.ts';
import { judgeHost } from './kit-frames/host.ts';
import { operationOf } from './kit-frames/operations.ts';

const operations = ['wake', 'idle', 'sleep'] as const;
const interfaces = ['auto', 'i2c', 'swi', 'spi'] as const;

export const judge: Judge = (testCase) => {
  switch (kindOf(testCase)) {
    case 'control':
      return judgeControl(testCase);
    case 'talk-send': {
      const line = stockTalkLine(textOf(testCase.in, 'devtype'), bytesOf(testCase.in, 'packet'));
      return compareAll(testCase.out, { sent: line, status: 0 });
    }
    case 'hid-send':
      return judgeHidSend(testCase);
    case 'parse':
      return judgeParse(testCase);
    case 'read-line':
      return judgeReadLine(testCase);
    case 'discovery':
      return judgeDiscovery(testCase);
    case 'session':
      return judgeSession(testCase);
    case 'kit-host':
      return judgeHost(testCase);
    default:
      return wrong(`nobody judges kind "${kindOf(testCase)}"`);
  }
};

/** Status number and name, as the vectors spell them. */
function named(status: LibraryStatusName): { status: number; status_name: string } {
  return { status: libraryStatus[status], status_name: status };
}

/** One of the words that a field may hold. */
function wordOf<T extends string>(testCase: VectorCase, name: string, words: readonly T[]): T {
  const text = textOf(testCase.in, name);
  const word = words.find((candidate) => candidate === text);
  if (word === undefined) throw new BadVector(`${name}: unknown word "${text}"`);
  return word;
}

function repliesOf(testCase: VectorCase): string[] {
  const replies = testCase.in['replies'];
  if (!Array.isArray(replies)) throw new BadVector('replies is no list');
  return replies.map((reply: unknown) => {
    if (typeof reply !== 'string') throw new BadVector('a reply is no text');
    return reply;
  });
}

/** The client looks at the CRC where the count byte puts it, in a buffer that is zero behind the data. */
function crcIntact(response: Uint8Array): boolean {
  const count = response[0] ?? 0;
  if (count < 4) return false;
  const buffer = padRight(response, Math.max(response.length, 256));
  return crc16(buffer.subarray(0, count - 2)) === readU16le(buffer, count - 2);
}

function judgeControl(testCase: VectorCase): ReturnType<Judge> {
  const operation = wordOf(testCase, 'operation', operations);
  const devtype = textOf(testCase.in, 'devtype');
  const session = new StockSession(devtype, () => textOf(testCase.in, 'reply'), crcIntact);
  const status = session.control(operation);
  const line = stockControlLine(devtype, operation);
  if (session.sent.join() !== line) return wrong(`sent ${session.sent.join()}`);
  return compareAll(testCase.out, { ...named(status), sent: line, unread: session.unread });
}

function judgeHidSend(testCase: VectorCase): ReturnType<Judge> {
  if (integerOf(testCase.in, 'packetsize') !== 64) return wrong('our reports have 64 bytes');
  const devtype = textOf(testCase.in, 'devtype');
  const packet = optionalBytes(testCase.in, 'packet');
  const line = packet === undefined ? stockControlLine(devtype, 'wake') : stockTalkLine(devtype, packet);
  const { note: _, ...out } = testCase.out;
  return compareAll(out, { reports: stockReports(line), ...('status' in out ? { status: 0 } : {}) });
}

function judgeParse(testCase: VectorCase): ReturnType<Judge> {
  const reply = stockParse(textOf(testCase.in, 'line'), integerOf(testCase.in, 'buffer_size'));
  return compareAll(testCase.out, {
    ...named(reply.status),
    kit_status: reply.kitStatus === undefined ? null : Uint8Array.of(reply.kitStatus),
    data: reply.data ?? null,
  });
}

function judgeReadLine(testCase: VectorCase): ReturnType<Judge> {
  const { line, unread } = stockReadLine(textOf(testCase.in, 'stream'), integerOf(testCase.in, 'buffer_size'));
  if (line === undefined) return compareAll(testCase.out, { ...named('ATCA_COMM_FAIL'), unread });
  return compareAll(testCase.out, { ...named('ATCA_SUCCESS'), length: line.length, buffer: line, unread });
}

function judgeDiscovery(testCase: VectorCase): ReturnType<Judge> {
  const replies = repliesOf(testCase);
  const session = new StockSession(textOf(testCase.in, 'devtype'), () => replies.shift(), crcIntact);
  const status = session.init(wordOf(testCase, 'dev_interface', interfaces), integerOf(testCase.in, 'dev_identity'));
  return compareAll(testCase.out, {
    ...named(status),
    sent: session.sent,
    unread: session.unread,
    replies_unused: replies.length,
  });
}

function judgeSession(testCase: VectorCase): ReturnType<Judge> {
  const devtype = textOf(testCase.in, 'devtype');
  const replies = repliesOf(testCase);
  const session = new StockSession(devtype, () => replies.shift(), crcIntact);
  let init = session.init();
  // On a 608 the library reads configuration block 0 at once, for the clock divider.
  if (init === 'ATCA_SUCCESS' && devtype === 'ATECC608') init = session.command(operationOf('serial').packet).status;
  const ours: Record<string, unknown> = { init_status: libraryStatus[init], init_status_name: init };
  if (testCase.in['operation'] !== null && init === 'ATCA_SUCCESS') {
    const operation = operationOf(textOf(testCase.in, 'operation'));
    session.failedReads = 0;
    const { status, response } = session.command(operation.packet);
    Object.assign(ours, named(status), { failed_reads: session.failedReads });
    if (status === 'ATCA_SUCCESS') ours['data'] = operation.read(response);
  }
  const name = testCase.out['status_name'];
  if (typeof name === 'string' && !isLibraryStatusName(name)) return wrong(`unknown status ${name}`);
  return compareAll(testCase.out, { ...ours, sent: session.sent, unread: session.unread });
}
