import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { provision } from 'signet/provisioning';
import { serverCallbacks } from './server-callbacks.js';

/**
 * Somebody's own program with a bus driver of its own: wake, talk, idle and sleep are I2C transfers, as a HAL of CryptoAuthLib does
 * them. The bus is behind a socket (operation, address, count, data).
 */
const [certinfo, busPort, serverPort] = process.argv.slice(2);
const socket = connect({ host: '127.0.0.1', port: Number(busPort) });
await new Promise((resolve) => socket.once('connect', resolve));
let received = Buffer.alloc(0);
let wake = () => undefined;
socket.on('data', (chunk) => {
  received = Buffer.concat([received, chunk]);
  wake();
});

async function bytes(count) {
  while (received.length < count) {
    await new Promise((resolve) => {
      wake = resolve;
    });
  }
  const taken = received.subarray(0, count);
  received = received.subarray(count);
  return taken;
}

/** One transfer; undefined when it was not acknowledged. */
async function transfer(operation, address, count, data = []) {
  socket.write(Buffer.from([operation, address, count & 0xff, count >> 8, ...data]));
  const head = await bytes(4);
  const answer = await bytes(head.readUInt16LE(2));
  return head[0] === 0 ? answer : undefined;
}

const pause = (microseconds) => {
  const count = Buffer.alloc(4);
  count.writeUInt32LE(microseconds);
  return transfer(4, 0, 4, count);
};

const transfers = { wake: 0, talk: 0, idle: 0, sleep: 0 };
const device = {
  path: 'own bus',
  async wake(address) {
    transfers.wake += 1;
    await transfer(1, 0, 0);
    await pause(1500);
    const answer = await transfer(3, address, 4);
    return answer !== undefined && answer.toString('hex') === '04113343';
  },
  async talk(address, packet, timeoutMs) {
    transfers.talk += 1;
    if ((await transfer(2, address, packet.length + 1, [0x03, ...packet])) === undefined) return undefined;
    for (let waited = 0; waited < timeoutMs; waited += 1) {
      await pause(1000);
      const count = await transfer(3, address, 1);
      if (count === undefined) continue;
      const rest = await transfer(3, address, count[0] - 1);
      return Buffer.concat([count, rest]);
    }
    return undefined;
  },
  async idle(address) {
    transfers.idle += 1;
    await transfer(2, address, 1, [0x02]);
  },
  async sleep(address) {
    transfers.sleep += 1;
    await transfer(2, address, 1, [0x01]);
  },
};
const told = [];
const result = await provision({
  device,
  callbacks: serverCallbacks(Number(serverPort), told),
  certinfo: readFileSync(certinfo, 'utf8'),
  lockSlots: [10, 11, 12],
});
socket.destroy();
process.stdout.write(`${JSON.stringify({ told, result, transfers })}\n`);
