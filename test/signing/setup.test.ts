import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { setUpModule } from '../../src-main/signing/setup.ts';
import { chipsOf, createSignerStick } from '../../src-main/simulator/open-board.ts';
import { setUpOptions, signerRequest, takeForSetUp, testRoot } from './rig.ts';

describe('set-up of a signer', () => {
  it('makes a signer of a blank stick', async () => {
    const board = createSignerStick();
    const lease = await takeForSetUp(board);
    const root = testRoot();
    const steps: string[] = [];
    const result = await setUpModule(
      signerRequest(root),
      setUpOptions(lease, { progress: ({ step, status }) => steps.push(`${step} ${status}`) }),
    );
    if (!result.ok) throw new Error(JSON.stringify(result.failure));
    const { identity } = result.value;
    const certificate = new X509Certificate(identity.certificate);
    expect(certificate.verify(new X509Certificate(root.facts.certificate).publicKey)).toBe(true);
    expect(certificate.checkIssued(new X509Certificate(root.facts.certificate))).toBe(true);
    const [chip] = chipsOf(board);
    expect(chip?.inspect().dataLocked).toBe(true);
    console.log(
      steps,
      result.value.ceremony,
      result.value.files.map((f) => f.name),
    );
  });
});
