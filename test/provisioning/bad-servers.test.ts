import { Duplex, duplexPair } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ChannelFailure, RequestChannel } from '../../src-main/provisioning/ports.ts';
import { RequestClient } from '../../src-main/provisioning/request-client.ts';
import { createBoard } from '../../src-main/simulator/open-board.ts';
import { ok, type Result } from '../../src-shared/base/result.ts';
import { writeItems } from '../../src-shared/certificates/index.ts';
import { decodeMessage, encodeMessage } from '../../src-shared/wire/codec.ts';
import { encodeFrame, FrameDecoder } from '../../src-shared/wire/frame.ts';
import type { CertReply, Message } from '../../src-shared/wire/messages.ts';
import { chipOf } from '../sweep/sweep.ts';
import { softwareSigner } from './software-signer.ts';
import { Station } from './station.ts';
import { journalIn, makeWorld, testEntry, type World } from './world.ts';

/** Servers that answer what they should not: the run stops before the chip is written, with the code that says why. */
let world: World;
beforeEach(async () => {
  world = await makeWorld();
});
afterEach(async () => {
  vi.useRealTimers();
  await world.close();
});

/** What becomes of an answer on its way; undefined = it does not arrive; an array = several messages instead. */
type Meddle = (answer: Message) => Message | readonly Message[] | Uint8Array | undefined;

/** A connection to the real server with somebody in the middle. */
function throughMeddler(meddle: Meddle): () => Promise<Result<Duplex, ChannelFailure>> {
  return async () => {
    const opened = await world.side.open();
    if (!opened.ok) return opened;
    const server = opened.value;
    const [ours, theirs] = duplexPair();
    const decoder = new FrameDecoder();
    theirs.on('data', (chunk: Uint8Array) => server.write(chunk));
    theirs.on('close', () => server.destroy());
    server.on('data', (chunk: Uint8Array) => {
      for (const event of decoder.push(chunk)) {
        if (event.kind !== 'frame') continue;
        const decoded = decodeMessage(event.frame);
        if (!decoded.ok) throw new Error(decoded.failure.message);
        const changed = meddle(decoded.value);
        if (changed === undefined) continue;
        if (changed instanceof Uint8Array) theirs.write(changed);
        else if (Array.isArray(changed)) {
          for (const message of changed as readonly Message[])
            theirs.write(encodeMessage(message, event.frame.transaction));
        } else theirs.write(encodeMessage(changed as Message, event.frame.transaction));
      }
    });
    server.on('close', () => theirs.destroy());
    return ok(ours);
  };
}

function station(meddle: Meddle, certinfo = world.certinfo): Station {
  return new Station({
    name: 'victim',
    open: throughMeddler(meddle),
    entry: testEntry(certinfo),
    journal: journalIn(world.records.runs),
    now: world.now,
  });
}

const flipped = (bytes: Uint8Array, at: number): Uint8Array => {
  const copy = Uint8Array.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
};

const onReply =
  (change: (reply: CertReply) => Message | undefined): Meddle =>
  (answer) =>
    answer.name === 'CERT_REPLY' ? change(answer) : answer;

/** What a server with another CA would answer: its own certificates, and the blocks that follow from them. */
function forged(reply: CertReply): CertReply {
  const { identity } = softwareSigner({ root: 'another root' });
  const { deviceCertificate } = reply;
  // The device's certificate keeps its key and gets another issuer's signature.
  const device = flipped(deviceCertificate, deviceCertificate.length - 5);
  const items = writeItems([
    { definition: identity.deviceDefinition, certificate: device },
    { definition: identity.signerDefinition, certificate: identity.certificate },
  ]);
  if (!items.ok) throw new Error('no items');
  return {
    ...reply,
    deviceCertificate: device,
    signerCertificate: identity.certificate,
    writeItems: items.value.map(({ zone, slot, offset, bytes }) => ({ zone, slot, offset, data: bytes })),
  };
}

const changes: Readonly<Record<string, { readonly meddle: Meddle; readonly code: string }>> = {
  'a flipped bit in a block to be written': {
    meddle: onReply((reply) => ({
      ...reply,
      writeItems: reply.writeItems.map((item, i) => (i === 4 ? { ...item, data: flipped(item.data, 7) } : item)),
    })),
    code: 'WRITE_ITEMS_DIFFER',
  },
  'a block for another slot': {
    meddle: onReply((reply) => ({
      ...reply,
      writeItems: reply.writeItems.map((item, i) => (i === 0 ? { ...item, slot: 8 } : item)),
    })),
    code: 'WRITE_ITEMS_DIFFER',
  },
  'a block too few': {
    meddle: onReply((reply) => ({ ...reply, writeItems: reply.writeItems.slice(1) })),
    code: 'WRITE_ITEMS_DIFFER',
  },
  'a block more': {
    meddle: onReply((reply) => ({
      ...reply,
      writeItems: [...reply.writeItems, { zone: 2, slot: 8, offset: 0, data: new Uint8Array(32) }],
    })),
    code: 'WRITE_ITEMS_DIFFER',
  },
  'another private key slot': {
    meddle: onReply((reply) => ({ ...reply, privateKeySlot: 2 })),
    code: 'WRITE_ITEMS_DIFFER',
  },
  'another certificate serial number': {
    meddle: onReply((reply) => ({ ...reply, certificateSerial: flipped(reply.certificateSerial, 3) })),
    code: 'WRITE_ITEMS_DIFFER',
  },
  'a device certificate with a flipped signature bit': {
    meddle: onReply((reply) => ({
      ...reply,
      deviceCertificate: flipped(reply.deviceCertificate, reply.deviceCertificate.length - 5),
    })),
    code: 'WRITE_ITEMS_DIFFER',
  },
  'no certificates at all': {
    meddle: onReply((reply) => ({
      ...reply,
      deviceCertificate: new Uint8Array(4),
      signerCertificate: new Uint8Array(4),
    })),
    code: 'WRITE_ITEMS_DIFFER',
  },
  'the certificate of another root': {
    meddle: onReply((reply) => {
      const other = softwareSigner({ root: 'another root' });
      return { ...reply, signerCertificate: other.identity.certificate };
    }),
    code: 'WRITE_ITEMS_DIFFER',
  },
  'a whole chain of another root, consistent in itself': {
    meddle: onReply((reply) => forged(reply)),
    code: 'CERTIFICATE_WRONG',
  },
  'another root key in the validation data': {
    meddle: (answer) =>
      answer.name === 'VALIDATION_REPLY'
        ? { ...answer, rootPublicKey: softwareSigner({ root: 'another root' }).identity.rootPublicKey }
        : answer,
    code: 'SERVER_ROOT_MISMATCH',
  },
  'an answer to another question': {
    meddle: onReply(() => ({ name: 'PONG' })),
    code: 'SERVER_GARBAGE',
  },
  'bytes that are no ATPR': {
    meddle: (answer) => (answer.name === 'CERT_REPLY' ? Buffer.from('HTTP/1.1 200 OK\r\n\r\n') : answer),
    code: 'SERVER_GARBAGE',
  },
  'another major version': {
    meddle: (answer) => {
      if (answer.name !== 'HELLO_OK') return answer;
      const frame = encodeMessage(answer, 1);
      frame[4] = 2;
      return frame;
    },
    code: 'SERVER_VERSION',
  },
  'a body that cannot be read': {
    meddle: (answer) =>
      answer.name === 'CERT_REPLY'
        ? encodeFrame({ type: 0x8010, transaction: 4, body: Uint8Array.of(1, 2, 3) })
        : answer,
    code: 'SERVER_GARBAGE',
  },
  'errors that name the board': {
    meddle: onReply(() => ({ name: 'ERROR', code: 37, message: 'x', retryable: false })),
    code: 'DUPLICATE_DEVICE',
  },
  'an error number nobody knows': {
    meddle: onReply(() => ({ name: 'ERROR', code: 4000, message: 'x', retryable: false })),
    code: 'INTERNAL',
  },
};

describe('a reply that is not what it should be', () => {
  it.each(Object.entries(changes))('%s', async (_, { meddle, code }) => {
    const victim = station(meddle);
    const board = createBoard({ kit: { dialect: 'legacy' }, chips: [{ part: '508A' }], timing: 'none' });
    const { record } = await victim.run(board);
    expect(record.outcome).toMatchObject({ code });
    // The data zone is what it was: nothing of the reply was written.
    const chip = chipOf(board).inspect();
    expect(chip.dataLocked).toBe(false);
    for (const slot of [8, 10, 11, 12]) expect(chip.slots[slot], `slot ${slot}`).toEqual(untouched(board, slot));
    await victim.release(board);
    victim.close();
    // The right server afterwards: the board is finished, with the certificate that was made for it.
    const { record: resumed } = await world.run(board, { action: 'resume' });
    expect(resumed.outcome).toEqual({ kind: 'PASS' });
    expect(world.records.archive.bySerialNumber(record.serialNumber)).toHaveLength(1);
  });
});

/** What a slot of a chip held when it left its factory. */
function untouched(board: Parameters<typeof chipOf>[0], slot: number): Uint8Array | undefined {
  const { serialNumber } = chipOf(board);
  const fresh = createBoard({ chips: [{ part: '508A', serialNumber }], timing: 'none' });
  return chipOf(fresh).inspect().slots[slot];
}

describe('a plan of another root than the server’s', () => {
  it('stops before anything is changed: no signer of this kind is there', async () => {
    const victim = station((answer) => answer, softwareSigner({ root: 'another root' }).certinfo);
    const board = createBoard({ chips: [{ part: '508A' }], timing: 'none' });
    const { record } = await victim.run(board);
    expect(record.outcome).toMatchObject({ kind: 'FAULT', code: 'NO_MATCHING_SIGNER', stage: 0 });
    expect(chipOf(board).counters.eepromWrites).toBe(0);
    victim.close();
  });
});

/** A server of one script: answers each frame with what the script says, byte by byte if it likes. */
class ScriptedChannel implements RequestChannel {
  readonly #answer: (message: Message, transaction: number) => Iterable<Uint8Array>;
  #pending: Iterator<Uint8Array> | undefined;
  #left = new Uint8Array(0);
  readonly #perByteMs: number;

  constructor(answer: (message: Message, transaction: number) => Iterable<Uint8Array>, perByteMs = 0) {
    this.#answer = answer;
    this.#perByteMs = perByteMs;
  }

  async start(): Promise<Result<undefined, ChannelFailure>> {
    return ok(undefined);
  }

  async send(bytes: Uint8Array): Promise<Result<undefined, ChannelFailure>> {
    for (const event of new FrameDecoder().push(bytes)) {
      if (event.kind !== 'frame') continue;
      const decoded = decodeMessage(event.frame);
      if (decoded.ok) this.#pending = this.#answer(decoded.value, event.frame.transaction)[Symbol.iterator]();
    }
    return ok(undefined);
  }

  async receive(expected: number, timeoutMs: number): Promise<Result<Uint8Array, ChannelFailure>> {
    if (this.#left.length === 0) this.#left = Uint8Array.from(this.#pending?.next().value ?? []);
    if (this.#left.length === 0 || this.#perByteMs > timeoutMs) {
      vi.advanceTimersByTime(timeoutMs);
      return { ok: false, failure: { kind: 'silent', waitedMs: timeoutMs } };
    }
    const count = this.#perByteMs === 0 ? expected : 1;
    if (this.#perByteMs > 0) vi.advanceTimersByTime(this.#perByteMs);
    const taken = this.#left.slice(0, count);
    this.#left = this.#left.slice(count);
    return ok(taken);
  }

  async done(): Promise<void> {
    this.#left = new Uint8Array(0);
  }
}

const identity = { station: 's', site: '1', software: '0' };

describe('a server that keeps a station waiting', () => {
  it('drips one byte every fourteen seconds: given up after fifteen', async () => {
    vi.useFakeTimers({ toFake: ['performance', 'setTimeout'] });
    const hello: Message = {
      name: 'HELLO_OK',
      timeMs: 0,
      sessionId: new Uint8Array(16),
      maxBody: 65_536,
      features: 0,
      nonce: new Uint8Array(32),
    };
    const channel = new ScriptedChannel((_, transaction) => [encodeMessage(hello, transaction)], 14_000);
    const started = performance.now();
    const answer = await new RequestClient(channel, identity).open();
    expect(answer).toMatchObject({ ok: false, failure: { code: 'SERVER_SILENT' } });
    expect(performance.now() - started).toBeLessThan(40_000);
  });

  it('says WORKING for ever: given up in the end', async () => {
    const channel = new ScriptedChannel(function* working(_, transaction) {
      for (;;) yield encodeMessage({ name: 'WORKING', queuePosition: 1, reason: 1 }, transaction);
    });
    expect(await new RequestClient(channel, identity).open()).toMatchObject({
      ok: false,
      failure: { code: 'SERVER_GARBAGE' },
    });
  });

  it('answers an earlier question late: that is not the answer to this one', async () => {
    const channel = new ScriptedChannel((_, transaction) => [
      encodeMessage({ name: 'ERROR', code: 37, message: 'late', retryable: false }, transaction + 5),
      encodeMessage({ name: 'LOOKUP_OK', state: 'other-key' }, transaction + 7),
      encodeMessage({ name: 'LOOKUP_OK', state: 'none' }, transaction),
    ]);
    const answer = await new RequestClient(channel, identity).lookUp({
      configZone: new Uint8Array(128),
      publicKey: new Uint8Array(64),
    });
    expect(answer).toMatchObject({ ok: true, value: { state: 'none' } });
  });

  it.each([
    { bytes: 2000, once: true, outcome: { kind: 'PASS' } },
    { bytes: 2000, once: false, outcome: { kind: 'FAULT', code: 'SERVER_LOST', stage: 5, next: 'resume' } },
    { bytes: 60, once: false, outcome: { kind: 'FAULT', code: 'SERVER_LOST', stage: 0, next: 'retry' } },
  ])('closes in the middle of a frame: $outcome.kind', async ({ bytes, once, outcome }) => {
    let seen = 0;
    let cuts = 0;
    const victim = new Station({
      name: 'victim',
      open: async () => {
        const opened = await throughMeddler((answer) => answer)();
        if (!opened.ok) return opened;
        const stream = opened.value;
        const cut = new Duplex({
          read: () => undefined,
          write: (chunk, _, done) => stream.write(chunk, done),
          destroy: (error, done) => {
            stream.destroy();
            done(error);
          },
        });
        stream.on('data', (chunk: Uint8Array) => {
          seen += chunk.length;
          if (seen < bytes || (once && cuts > 0)) cut.push(chunk);
          else {
            cuts += 1;
            cut.push(chunk.subarray(0, 10));
            cut.push(null);
          }
        });
        return ok(cut);
      },
      entry: world.entry,
      journal: journalIn(world.records.runs),
      now: world.now,
    });
    const board = createBoard({ chips: [{ part: '508A' }], timing: 'none' });
    const { record } = await victim.run(board);
    expect(record.outcome).toMatchObject(outcome);
    await victim.release(board);
    victim.close();
    expect((await world.run(board, { action: 'resume' })).passed).toBe(true);
    expect(world.records.archive.bySerialNumber(record.serialNumber)).toHaveLength(1);
  });
});
