/**
 * All of what the normal suite samples: power cuts around every packet of a password change and of a set-up, and ten thousand
 * signatures with random faults. `node test/signing/full-sweep.ts [change] [set-up] [soak]`; exit code 1 when anything is wrong.
 */
import { madeStick } from './factory.ts';
import { soak } from './soak.ts';
import { sweepPasswordChange, sweepSetUp } from './sweeps.ts';

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
