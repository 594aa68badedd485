/**
 * All of what the normal suite samples: power cuts around every packet of a password change and of a set-up, and ten thousand
 * signatures with random faults, and as many in one session of a token. `node test/signing/full-sweep.ts [change] [set-up] [soak]
 * [token]`; exit code 1 when anything is wrong.
 */
import { openTokenSigner } from '../../src-main/signing/pkcs11-signer.ts';
import { madeStick, tbsFor } from './factory.ts';
import { MemoryDelays, now, testRoot } from './rig.ts';
import { soak } from './soak.ts';
import { createSignerOn, openSoftToken, pin } from './softhsm.ts';
import { sweepPasswordChange, sweepSetUp } from './sweeps.ts';
import { manySignatures } from './token-session.ts';

const wanted = process.argv.slice(2);
const complaints: string[] = [];
let passed = 0;

function told(text: string, tried: number, wrong: readonly string[]): void {
  complaints.push(...wrong);
  passed += tried - wrong.length;
  process.stdout.write(`${text}, ${wrong.length} complaints\n`);
}

const does = (name: string): boolean => wanted.length === 0 || wanted.includes(name);
if (does('change')) {
  const { state } = await madeStick('sweep');
  const swept = await sweepPasswordChange(state, { every: 1 });
  told(
    `password change: ${swept.cuts} cuts around packets ${swept.first} to ${swept.last}`,
    swept.cuts,
    swept.complaints,
  );
}
if (does('set-up')) {
  const swept = await sweepSetUp({ every: 1 });
  told(`set-up: ${swept.cuts} cuts around packets ${swept.first} to ${swept.last}`, swept.cuts, swept.complaints);
}
if (does('token')) {
  const root = testRoot();
  const token = await openSoftToken();
  try {
    const made = await createSignerOn(token, root);
    if (!made.ok) throw new Error(made.failure.kind);
    const opened = openTokenSigner(made.value.bytes, { trustsRoot: () => true, now, delays: new MemoryDelays() });
    if (!opened.ok) throw new Error(opened.failure);
    // Any to-be-signed part that names this issuer.
    const tbs = await tbsFor(made.value.identity, root);
    const wrong = await manySignatures(opened.value.module, pin, tbs, 10_000);
    told('token: 10000 signatures in one session', 10_000, wrong);
  } finally {
    token.remove();
  }
}
if (does('soak')) {
  for (let seed = 1; seed <= 10; seed += 1) {
    const result = await soak(1000, seed);
    told(
      `soak ${seed}: ${result.issued} issued, ${result.refused} refused, ${result.pairs} pairs, ${result.attempts} attempts`,
      result.issued,
      result.complaints,
    );
  }
}
for (const complaint of complaints) process.stdout.write(`${complaint}\n`);
process.stdout.write(`${passed} passed, ${complaints.length} failed\n`);
process.exitCode = complaints.length === 0 ? 0 : 1;
