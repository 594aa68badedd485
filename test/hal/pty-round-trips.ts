/**
 * A thousand round trips over the serial port named by the first argument, with no timer pending in this process: a lost
 * wake-up in the driver then shows as a hang (stack.md 2). Run by serial-channel.test.ts as a process of its own,
 * because a test runner always has timers. Prints "done" and the number of round trips.
 */
import { openSerial } from '../../src-main/hal/serial-channel.ts';

const ROUND_TRIPS = 1000;
const request = new Uint8Array(76).fill(0x41);
request[75] = 0x0a;

const opened = await openSerial(process.argv[2] ?? '');
if (!opened.ok) throw new Error(opened.failure.kind);
const channel = opened.value;
let arrived: (() => void) | undefined;
channel.setReceiver({
  data: (bytes) => {
    if (bytes.at(-1) === 0x0a) arrived?.();
  },
  closed: (reason) => {
    throw new Error(reason);
  },
});
for (let n = 0; n < ROUND_TRIPS; n += 1) {
  const answer = new Promise<void>((resolve) => {
    arrived = resolve;
  });
  await channel.write(request);
  await answer;
}
await channel.close();
console.log(`done ${ROUND_TRIPS}`);
