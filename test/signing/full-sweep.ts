/** The whole power-cut sweeps, every packet: `node test/signing/full-sweep.ts`. Exit code 1 when anything is wrong. */
import { madeStick } from './factory.ts';
import { sweepPasswordChange, sweepSetUp } from './sweeps.ts';

const { state } = await madeStick('sweep');
const change = await sweepPasswordChange(state, { every: 1 });
const setUp = await sweepSetUp({ every: 1 });
for (const complaint of [...change.complaints, ...setUp.complaints]) process.stdout.write(`${complaint}\n`);
const wrong = change.complaints.length + setUp.complaints.length;
process.stdout.write(
  `password change: ${change.cuts} cuts over packets ${change.first} to ${change.last}; set-up: ${setUp.cuts} cuts over packets ${setUp.first} to ${setUp.last}\n` +
    `${change.cuts + setUp.cuts - wrong} passed, ${wrong} failed\n`,
);
process.exitCode = wrong === 0 ? 0 : 1;
