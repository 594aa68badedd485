import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { verifySigningLog } from '../../src-main/records/index.ts';
import { toHex } from '../../src-shared/base/bytes.ts';
import { errorCodes } from '../../src-shared/base/error-codes.ts';
import { type Factory, openFactory } from './factory.ts';
import { Product, powerCut } from './product.ts';

/** The embedded client on simulated chips against the real server; what it leaves behind is judged by the TypeScript side. */
let factory: Factory;
beforeEach(async () => {
  factory = await openFactory();
});
afterEach(() => factory.close());

const WRITE = 0x12;
/** The first write after those of the configuration zone: a certificate's. */
const FIRST_CERTIFICATE = { filter: { opcode: WRITE }, from: 14 };

function stages(...done: readonly string[]): readonly string[] {
  return done.flatMap((stage) =>
    stage.startsWith('-') ? [`${stage.slice(1)} SKIPPED`] : [`${stage} START`, `${stage} DONE`],
  );
}

const WHOLE_RUN = stages(
  'CONFIG_WRITE',
  'CONFIG_LOCK',
  'CONFIG_READ',
  'GEN_KEY',
  'CERTS_REQUEST',
  'CERTS_WRITE',
  'DATA_WRITE',
  'DATA_LOCK',
  '-SLOTS_LOCK',
  'VALIDATE_CERTS',
);

/** The three slots with certificates, hex. */
function certificateSlots(product: Product): readonly string[] {
  const { slots } = product.chip.inspect();
  return [10, 11, 12].map((slot) => toHex(slots[slot] ?? new Uint8Array(0)));
}

describe.each(['508A', '608A'] as const)('the client on a product with an ATECC%s', (part) => {
  it('passes all ten stages, and the station finds nothing wrong with the chip', async () => {
    const { world, program, server } = factory;
    const product = new Product({ part });
    const run = await product.run(program, server, ['--batch', 'B 12', '--operator', 'Ada']);
    expect(run.stages).toEqual(WHOLE_RUN);
    expect(run).toMatchObject({ status: 0, code: 0, errors: [], reissued: false, rewritten: false });
    const { config, configLocked, dataLocked } = product.chip.inspect();
    expect({ configLocked, dataLocked }).toEqual({ configLocked: true, dataLocked: true });
    const image = part === '508A' ? world.entry.images.ATECC508A : world.entry.images.ATECC608;
    expect(toHex(config.slice(16, 52))).toBe(image?.slice(32, 104));

    const judged = await world.run(product.board(), { action: 'validate' });
    expect(judged.record.outcome).toEqual({ kind: 'PASS' });
    const [entry, ...others] = world.records.archive.bySerialNumber(toHex(product.chip.serialNumber));
    expect(others).toEqual([]);
    expect(judged.record.certificateSerial).toBe(entry?.certificateSerial);
    expect(certificateSlots(product)[0]).toBe(toHex(entry?.compressedCertificate ?? new Uint8Array(0)));
    expect(run.log.slice(0, 16)).toBe('0000000000000002');
    await world.records.signingLog.append({ result: 'REFUSED' });
    expect(verifySigningLog(`${world.folder}/logs`).complaints).toEqual([]);

    const again = await product.run(program, server);
    expect(again.code).toBe(errorCodes.ALREADY_PROVISIONED);
    expect(again.stages).toEqual([]);
    const validated = await product.run(program, server, ['--validate-only']);
    expect(validated).toMatchObject({ code: 0, stages: stages('VALIDATE_CERTS') });
    expect(world.signer.signatures).toBe(1);
  });

  it('gets the certificate that the TypeScript client gets for the same chip and key', async () => {
    const { world, program, server } = factory;
    const product = new Product({ part });
    const cut = await product.run(program, server, [], [{ ...FIRST_CERTIFICATE, action: powerCut('before') }]);
    expect(cut.status).toBe(3);
    const twin = new Product({ snapshot: product.chip.snapshot() });

    const typescript = await world.run(twin.board());
    expect(typescript.record).toMatchObject({ outcome: { kind: 'PASS' }, reissued: true });
    const resumed = await product.run(program, server);
    expect(resumed).toMatchObject({ code: 0, reissued: true });
    expect(resumed.stages.slice(0, 4)).toEqual(stages('-CONFIG_WRITE', '-CONFIG_LOCK', 'CONFIG_READ'));

    expect(certificateSlots(product)).toEqual(certificateSlots(twin));
    expect(toHex(product.chip.inspect().config)).toBe(toHex(twin.chip.inspect().config));
    // Whatever is not random is the same, too: that is what the check sum of the data lock said on both.
    for (const slot of [9, 13, 14, 15]) {
      const [ours, theirs] = [product, twin].map(({ chip }) => chip.inspect().slots[slot]);
      const secret = ((product.chip.inspect().config[20 + 2 * slot] ?? 0) & 0x80) !== 0;
      expect(toHex(ours ?? new Uint8Array(0)) === toHex(theirs ?? new Uint8Array(0))).toBe(!secret);
    }
    expect(world.signer.signatures).toBe(1);
  });
});

describe('what a plan may ask for', () => {
  it('data, OTP and locked slots', async () => {
    const { world, program, server } = factory;
    const product = new Product();
    const block = (byte: string): string => byte.repeat(32);
    const run = await product.run(program, server, [
      ...['--data', `13:1:${block('A1')}`],
      ...['--data', `4:0:${block('A2')}`],
      ...['--data', `otp:0:${block('A3')}`],
      ...['--lock-slots', '1C10'],
    ]);
    expect(run.code).toBe(0);
    expect(run.stages).toContain('SLOTS_LOCK DONE');
    const { slots, otp, config } = product.chip.inspect();
    expect(toHex(slots[13] ?? new Uint8Array(0))).toBe(`${block('00')}${block('A1')}${'00'.repeat(8)}`);
    expect(toHex(slots[4] ?? new Uint8Array(0))).toBe(`${block('A2')}00000000`);
    expect(toHex(otp)).toBe(`${block('A3')}${block('FF')}`);
    expect(toHex(config.slice(88, 90))).toBe('EFE3');
    const judged = await world.run(product.board(), { action: 'validate' });
    expect(judged.record.outcome).toEqual({ kind: 'PASS' });
  });

  it('no check sum', async () => {
    const { program, server } = factory;
    const product = new Product();
    const before = toHex(product.chip.inspect().slots[13] ?? new Uint8Array(0));
    const run = await product.run(program, server, ['--no-crc', '--no-validation']);
    expect(run.stages.slice(-3)).toEqual(['DATA_LOCK DONE', 'SLOTS_LOCK SKIPPED', 'VALIDATE_CERTS SKIPPED']);
    expect(toHex(product.chip.inspect().slots[13] ?? new Uint8Array(0))).toBe(before);
  });

  it('a chip whose check sum counts whole blocks only, and the engineer’s way on', async () => {
    const { program, server } = factory;
    const product = new Product({ rules: { dataCrc: 'blocks32' } });
    const refused = await product.run(program, server);
    expect(refused).toMatchObject({ code: errorCodes.DATA_CRC, stage: 8, rewritten: true });
    expect(product.chip.inspect().dataLocked).toBe(false);
    expect((await product.run(program, server, ['--no-crc'])).code).toBe(0);
  });

  it('a clock: certificates that are not valid yet are refused', async () => {
    const { program, server } = factory;
    const early = await new Product().run(program, server, ['--date', '2020-01-01T00']);
    expect(early).toMatchObject({ code: errorCodes.CERTIFICATE_WRONG, stage: 5 });
    const product = new Product({ serialNumber: new Uint8Array([0x01, 0x23, 1, 2, 3, 4, 5, 6, 0x01]) });
    expect((await product.run(program, server, ['--date', '2026-11-23T00'])).code).toBe(0);
  });
});
