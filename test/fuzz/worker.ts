import { parentPort, workerData } from 'node:worker_threads';
import { jobSchema, type Told } from './job.ts';
import { inputOf } from './mutator.ts';
import { targets } from './targets.ts';

/** Runs one target over many inputs; writes the number of the input it is at into shared memory, so that a hang is seen. */

/** An input that takes more of the processor is a finding, ms. By the clock it may well take longer on a busy machine. */
const slowMs = 300;

const job = jobSchema.parse(workerData);
const at = new Int32Array(job.progress);
const target = await targets[job.target]?.();
if (target === undefined) throw new Error(`no target ${job.target}`);

const tell = (told: Told): void => parentPort?.postMessage(told);

/** Heap of this thread after a collection, bytes. */
function heap(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

/** What one input costs in processor time, ms. */
async function costOf(input: Uint8Array): Promise<number> {
  const before = process.threadCpuUsage();
  await target?.run(input);
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1000;
}

let settled: number | undefined;
let slowest = 0;
const started = performance.now();
for (let i = 0; i < job.count; i += 1) {
  const index = job.first + i;
  Atomics.store(at, 0, index);
  const input = inputOf(target, job.seed, index);
  let took: number;
  try {
    const begun = performance.now();
    const working = target.run(input);
    if (working !== undefined) await working;
    took = performance.now() - begun;
    if (took > slowMs) took = await costOf(input);
  } catch (thrown) {
    tell({
      kind: 'finding',
      index,
      what: thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown),
    });
    continue;
  }
  if (took > slowMs) tell({ kind: 'finding', index, what: `took ${took.toFixed(0)} ms of the processor` });
  slowest = Math.max(slowest, took);
  if (i === Math.floor(job.count / 5)) settled = heap();
}
tell({
  kind: 'done',
  grownBytes: settled === undefined ? 0 : heap() - settled,
  slowestMs: slowest,
  seconds: (performance.now() - started) / 1000,
});
target.close?.();
