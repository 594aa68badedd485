import { startServing } from '../../src-main/line/serve.ts';
import { issueSteps } from './steps.ts';

/**
 * A provisioning server in a process of its own, to be killed. One JSON argument; says `{"port":…}` on a line of stdout when its signer
 * is ready. `killAt` n-th time that a request gets to a step: the process ends there as by a power cut (SIGKILL to itself).
 */
interface Job {
  readonly dataFolder: string;
  readonly signers: readonly string[];
  readonly password: string;
  readonly killAt?: { readonly step: string; readonly occurrence: number };
}

const job = JSON.parse(process.argv[2] ?? '') as Job;
const { killAt } = job;
if (killAt !== undefined && !issueSteps.some((step) => step === killAt.step)) throw new Error(`no step ${killAt.step}`);
let met = 0;
const started = performance.now();
const running = await startServing({
  host: '127.0.0.1',
  port: 0,
  allow: [],
  insecure: false,
  signers: job.signers,
  dataFolder: job.dataFolder,
  roots: [],
  limits: { connections: 100, perAddress: 100 },
  step: (name) => {
    if (name !== killAt?.step) return;
    met += 1;
    if (met === killAt.occurrence) process.kill(process.pid, 'SIGKILL');
  },
});
const startMs = performance.now() - started;
for (const waiting of running.waiting()) {
  const unlocked = await running.unlock(waiting.serialNumber, [job.password]);
  if (!unlocked.ok) throw new Error(JSON.stringify(unlocked.failure));
}
process.stdout.write(`${JSON.stringify({ port: running.port, startMs })}\n`);
process.on('SIGTERM', () => {
  running.stop().then(
    () => process.exit(0),
    () => process.exit(1),
  );
});
