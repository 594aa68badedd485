import { describe, expect, it } from 'vitest';
import { toHex } from '../../src-shared/base/bytes.ts';
import { errorCodes } from '../../src-shared/base/error-codes.ts';
import { makeClient } from './client-program.ts';
import { openFactory, planFor } from './factory.ts';
import { planSources, writeFiles } from './plan-sources.ts';
import { Product, powerCut } from './product.ts';
import { profileSigner } from './profile-signer.ts';

/** Other layouts of certificates: serial numbers kept in the chip, the chip's own number in a name. */
describe.each(['zero-touch', 'tng'] as const)('certificates of the profile %s', (profile) => {
  it.each(['508A', '608A'] as const)('on an ATECC%s', async (part) => {
    const { world, program, server, close } = await openFactory({ signer: profileSigner(profile) });
    try {
      const product = new Product({ part });
      const cut = await product.run(
        program,
        server,
        [],
        [{ filter: { opcode: 0x12 }, from: 14, action: powerCut('before') }],
      );
      expect(cut.status).toBe(3);
      const twin = new Product({ snapshot: product.chip.snapshot() });
      const resumed = await product.run(program, server, ['--lock-slots', '1C00']);
      expect(resumed).toMatchObject({ code: 0, reissued: true });
      const typescript = await world.run(twin.board(), { entry: { lockSlots: [10, 11, 12] } });
      expect(typescript.record.outcome).toEqual({ kind: 'PASS' });
      const [ours, theirs] = [product, twin].map(({ chip }) =>
        [10, 11, 12, 14].map((slot) => toHex(chip.inspect().slots[slot] ?? new Uint8Array(0))),
      );
      expect(ours).toEqual(theirs);
      const judged = await world.run(product.board(), { action: 'validate' });
      expect(judged.record.outcome).toEqual({ kind: 'PASS' });
      expect(world.signer.signatures).toBe(1);
    } finally {
      await close();
    }
  });
});

describe('a client without the code of stage 10', () => {
  it('refuses a plan that asks for it, and provisions one that does not', async () => {
    const factory = await openFactory();
    try {
      const folder = `${factory.program}-small`;
      writeFiles(folder, planSources(planFor(factory.world.signer)));
      makeClient('linux', `PLAN=${folder}`, `OUT=${folder}/client`, 'DEFINES=');
      const product = new Product();
      const asked = await product.run(`${folder}/client`, factory.server);
      expect(asked).toMatchObject({ code: errorCodes.OPTION_INVALID, stage: 0, stages: [] });
      const run = await product.run(`${folder}/client`, factory.server, ['--no-validation']);
      expect(run.code).toBe(0);
      expect(run.stages.at(-1)).toBe('VALIDATE_CERTS SKIPPED');
      const alone = await product.run(`${folder}/client`, factory.server, ['--validate-only']);
      expect(alone.code).toBe(errorCodes.OPTION_INVALID);
      const judged = await factory.world.run(product.board(), { action: 'validate' });
      expect(judged.record.outcome).toEqual({ kind: 'PASS' });
    } finally {
      await factory.close();
    }
  });
});
