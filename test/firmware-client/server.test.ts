import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../src-shared/base/bytes.ts';
import { errorCodes } from '../../src-shared/base/error-codes.ts';
import { decodeMessage, encodeMessage } from '../../src-shared/wire/codec.ts';
import { type CertReply, messageTypes } from '../../src-shared/wire/messages.ts';
import { softwareSigner } from '../provisioning/software-signer.ts';
import { clientProgram } from './client-program.ts';
import { type Factory, openFactory, planFor } from './factory.ts';
import { Product } from './product.ts';
import { asIs, type FakeServer, type FrameMeddler, meddlingProxy, strangeServer } from './proxy.ts';

/** Servers that refuse, are silent, lie, or go away. */
let factory: Factory;
const open: FakeServer[] = [];
beforeEach(async () => {
  factory = await openFactory();
});
afterEach(async () => {
  for (const proxy of open.splice(0)) await proxy.close();
  await factory.close();
});

async function through(meddle: FrameMeddler): Promise<FakeServer> {
  const proxy = await meddlingProxy(factory.server, meddle);
  open.push(proxy);
  return proxy;
}

/** Changes the certificate reply and nothing else. */
function inReply(change: (reply: CertReply) => CertReply): FrameMeddler {
  return (frame) => {
    const message = decodeMessage(frame);
    if (!message.ok || message.value.name !== 'CERT_REPLY') return asIs(frame);
    return encodeMessage(change(message.value), frame.transaction);
  };
}

/** Nothing of certificates is in the chip, its data zone is open, and the next run finishes it. */
async function expectUnharmed(product: Product): Promise<void> {
  const { slots, dataLocked } = product.chip.inspect();
  expect(dataLocked).toBe(false);
  const fresh = new Product().chip.inspect().slots;
  expect([10, 11, 12].map((slot) => toHex(slots[slot] ?? new Uint8Array(0)))).toEqual(
    [10, 11, 12].map((slot) => toHex(fresh[slot] ?? new Uint8Array(0))),
  );
  const next = await product.run(factory.program, factory.server);
  expect(next.code).toBe(0);
  const judged = await factory.world.run(product.board(), { action: 'validate' });
  expect(judged.record.outcome).toEqual({ kind: 'PASS' });
}

describe('a server that says no', () => {
  it('has no signer: its error is told and ends the run, the next one goes on', async () => {
    const product = new Product();
    factory.world.signer.setState('ABSENT');
    const run = await product.run(factory.program, factory.server);
    expect(run).toMatchObject({ code: errorCodes.SIGNER_REMOVED, stage: 5 });
    expect(run.errors).toHaveLength(1);
    expect(run.errors[0]).toMatch(/^18 /);
    expect(run.stages.at(-1)).toBe('CERTS_REQUEST ERROR');
    factory.world.signer.setState('READY');
    await expectUnharmed(product);
  });

  it('knows another key of this serial number', async () => {
    const serialNumber = fromHex('0123 0A0B0C0D0E0F EE');
    expect((await new Product({ serialNumber }).run(factory.program, factory.server)).code).toBe(0);
    const second = new Product({ serialNumber });
    const run = await second.run(factory.program, factory.server);
    expect(run).toMatchObject({ code: errorCodes.DUPLICATE_DEVICE, stage: 5 });
    expect(run.errors[0]).toMatch(/^37 /);
    // The chip is config-locked now; its key is none of those that are known.
    const again = await second.run(factory.program, factory.server);
    expect(again).toMatchObject({ code: errorCodes.DUPLICATE_DEVICE, stage: 4, errors: [] });
    expect(factory.world.signer.signatures).toBe(1);
  });

  it('has a signer under another root than the client was built for', async () => {
    const other = clientProgram(planFor(softwareSigner({ root: 'another root' })));
    const run = await new Product().run(other, factory.server);
    expect(run).toMatchObject({ code: errorCodes.NO_MATCHING_SIGNER, stage: 5 });
    expect(factory.world.signer.signatures).toBe(0);
  });

  it('is not there: nothing is changed', async () => {
    const product = new Product();
    const gone = await strangeServer((client) => client.destroy());
    await gone.close();
    const run = await product.run(factory.program, gone.server);
    expect(run).toMatchObject({ code: errorCodes.SERVER_UNREACHABLE, stage: 0, stages: [] });
    expect(product.chip.inspect().configLocked).toBe(false);
  });
});

describe('a server that is none', () => {
  it.each([
    ['silent', errorCodes.SERVER_SILENT, undefined],
    ['closing at once', errorCodes.SERVER_LOST, ''],
    ['a web server', errorCodes.SERVER_GARBAGE, 'HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n'],
    ['a newer major version', errorCodes.SERVER_VERSION, 'ATPR\x02\0\x80\x01\0\0\0\x01\0\0\0\0'],
    ['noise', errorCodes.SERVER_GARBAGE, '\x00\xFF\x13\x37'.repeat(64)],
  ])('%s', async (_, code, says) => {
    const product = new Product();
    const server = await strangeServer((client) => {
      client.on('data', () => undefined);
      if (says === '') client.end();
      else if (says !== undefined) client.write(Buffer.from(says, 'latin1'));
    });
    open.push(server);
    const run = await product.run(factory.program, server.server, ['--impatient', '400']);
    expect(run).toMatchObject({ code, stage: 0, stages: [] });
    expect(product.chip.inspect().configLocked).toBe(false);
    expect((await product.run(factory.program, factory.server)).code).toBe(0);
  });
});

describe('a wire on which something happens', () => {
  it('the server falls silent over the request: it is asked three times, then given up', async () => {
    const product = new Product();
    const proxy = await through((frame) => (frame.type === messageTypes.HELLO_OK ? asIs(frame) : new Uint8Array(0)));
    const run = await product.run(factory.program, proxy.server, ['--impatient', '1500']);
    expect(run).toMatchObject({ code: errorCodes.SERVER_SILENT, stage: 5 });
    expect(proxy.connections).toBe(3);
    // It signed at the first request, and once.
    expect(factory.world.signer.signatures).toBe(1);
    await expectUnharmed(product);
  });

  it('the reply is cut off once: the same certificate is asked for again', async () => {
    const product = new Product();
    const proxy = await through((frame, { connection }) =>
      frame.type === messageTypes.CERT_REPLY && connection === 1
        ? { bytes: asIs(frame).slice(0, 700), close: true }
        : asIs(frame),
    );
    const run = await product.run(factory.program, proxy.server);
    expect(run).toMatchObject({ code: 0, reissued: true });
    expect(proxy.connections).toBe(2);
    expect(factory.world.signer.signatures).toBe(1);
  });

  it.each([3, 17, 400, 1500])('the reply is cut off after %i bytes, always', async (kept) => {
    const product = new Product();
    const proxy = await through((frame) =>
      frame.type === messageTypes.CERT_REPLY ? { bytes: asIs(frame).slice(0, kept), close: true } : asIs(frame),
    );
    const run = await product.run(factory.program, proxy.server);
    expect(run).toMatchObject({ code: errorCodes.SERVER_LOST, stage: 5 });
    await expectUnharmed(product);
  });

  it('the body ends early, and says so', async () => {
    const product = new Product();
    const proxy = await through((frame) =>
      frame.type === messageTypes.CERT_REPLY ? asIs({ ...frame, body: frame.body.slice(0, 900) }) : asIs(frame),
    );
    expect(await product.run(factory.program, proxy.server)).toMatchObject({
      code: errorCodes.SERVER_GARBAGE,
      stage: 5,
    });
    await expectUnharmed(product);
  });

  it('the reply comes twice, behind an answer to something else', async () => {
    const product = new Product();
    const proxy = await through((frame) => {
      if (frame.type !== messageTypes.CERT_REPLY) return asIs(frame);
      const stale = asIs({ ...frame, transaction: frame.transaction - 1 });
      return new Uint8Array(Buffer.concat([stale, asIs(frame), asIs(frame)]));
    });
    expect((await product.run(factory.program, proxy.server)).code).toBe(0);
  });

  it('a reply that is too large for the client is refused before anything is signed', async () => {
    const product = new Product();
    const proxy = await through((frame) =>
      frame.type === messageTypes.CERT_REPLY ? asIs({ ...frame, body: new Uint8Array(4097) }) : asIs(frame),
    );
    expect(await product.run(factory.program, proxy.server)).toMatchObject({
      code: errorCodes.SERVER_GARBAGE,
      stage: 5,
    });
    await expectUnharmed(product);
  });
});

describe('a server that lies', () => {
  const flipped = (bytes: Uint8Array, at: number): Uint8Array => bytes.map((byte, i) => (i === at ? byte ^ 1 : byte));

  it.each<[string, number, (reply: CertReply) => CertReply]>([
    [
      'another write item',
      errorCodes.WRITE_ITEMS_DIFFER,
      (reply) => ({
        ...reply,
        writeItems: reply.writeItems.map((item, i) => (i === 4 ? { ...item, data: flipped(item.data, 9) } : item)),
      }),
    ],
    [
      'an item into another slot',
      errorCodes.WRITE_ITEMS_DIFFER,
      (reply) => ({
        ...reply,
        writeItems: reply.writeItems.map((item, i) => (i === 0 ? { ...item, slot: 14 } : item)),
      }),
    ],
    [
      'an item too few',
      errorCodes.WRITE_ITEMS_DIFFER,
      (reply) => ({ ...reply, writeItems: reply.writeItems.slice(1) }),
    ],
    ['another key slot', errorCodes.WRITE_ITEMS_DIFFER, (reply) => ({ ...reply, privateKeySlot: 2 })],
    [
      'another serial number',
      errorCodes.WRITE_ITEMS_DIFFER,
      (reply) => ({ ...reply, certificateSerial: flipped(reply.certificateSerial, 5) }),
    ],
    [
      'a certificate with other names',
      errorCodes.CERTIFICATE_WRONG,
      (reply) => ({ ...reply, deviceCertificate: flipped(reply.deviceCertificate, 90) }),
    ],
    [
      "a signer's certificate with other names",
      errorCodes.CERTIFICATE_WRONG,
      (reply) => ({ ...reply, signerCertificate: flipped(reply.signerCertificate, 90) }),
    ],
  ])('%s', async (_, code, change) => {
    const product = new Product();
    const proxy = await through(inReply(change));
    expect(await product.run(factory.program, proxy.server)).toMatchObject({ code, stage: 5 });
    await expectUnharmed(product);
  });

  it('a whole chain under another root, right in itself', async () => {
    // The other factory's server believes that it was asked for its own root.
    const other = await openFactory({ signer: softwareSigner({ root: 'another root' }) });
    try {
      const product = new Product();
      const [ours, theirs] = [factory, other].map(({ world }) => toHex(world.identity.rootPublicKey));
      const forger = await meddlingProxy(other.server, asIs, (frame) =>
        asIs({ ...frame, body: fromHex(toHex(frame.body).replace(ours ?? '', theirs ?? '')) }),
      );
      open.push(forger);
      const run = await product.run(factory.program, forger.server);
      expect(run).toMatchObject({ code: errorCodes.CERTIFICATE_WRONG, stage: 5, errors: [] });
      expect(other.world.signer.signatures).toBe(1);
      await expectUnharmed(product);
    } finally {
      await other.close();
    }
  });
});

describe('stations that identify themselves', () => {
  const key = Uint8Array.from({ length: 32 }, (_, i) => i);

  async function guarded(): Promise<string> {
    const { world } = factory;
    await world.records.policy.addStation('fixture 7', key, world.now().toISOString());
    const proxy = await strangeServer((client) =>
      world.server.accept(client, { address: '10.0.0.7', authRequired: true }),
    );
    open.push(proxy);
    return proxy.server;
  }

  it('with their key', async () => {
    const server = await guarded();
    const args = ['--station', 'fixture 7', '--station-key', toHex(key)];
    expect((await new Product().run(factory.program, server, args)).code).toBe(0);
  });

  it('with a wrong key, or none', async () => {
    const server = await guarded();
    const wrong = ['--station', 'fixture 7', '--station-key', '00'.repeat(32)];
    const refused = await new Product().run(factory.program, server, wrong);
    expect(refused).toMatchObject({ code: errorCodes.AUTH_FAILED, stage: 0 });
    const none = await new Product().run(factory.program, server, ['--station', 'fixture 7']);
    expect(none).toMatchObject({ code: errorCodes.AUTH_REQUIRED, stage: 0, stages: [] });
  });
});
