import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { provision, returnCodes } from 'signet/provisioning';
import { serverCallbacks } from './server-callbacks.js';

/** Somebody's own program: provisions the chip behind a kit at a TCP port. Prints what it heard, and the result. */
const [certinfo, kitPort, serverPort, extra = '{}'] = process.argv.slice(2);
const told = [];

const socket = connect({ host: '127.0.0.1', port: Number(kitPort) });
await new Promise((resolve) => socket.once('connect', resolve));
const device = {
  path: `kit at ${kitPort}`,
  write: (bytes) =>
    new Promise((resolve, reject) => socket.write(bytes, (error) => (error ? reject(error) : resolve()))),
  setReceiver(receiver) {
    socket.on('data', (chunk) => receiver.data(chunk));
    socket.on('close', () => receiver.closed('socket closed'));
  },
  async close() {
    socket.destroy();
  },
};
const callbacks = serverCallbacks(Number(serverPort), told);
callbacks.writeDataZone = ({ serialNumber, configZone }) => {
  told.push(`write data zone ${serialNumber} ${configZone.length}`);
  return [{ zone: 'data', slot: 8, block: 12, bytes: new Uint8Array(32).fill(0x5a) }];
};
const journal = [];
try {
  const result = await provision({
    device,
    callbacks,
    certinfo: readFileSync(certinfo, 'utf8'),
    station: 'own program',
    journal: (entry) => {
      journal.push(entry.event);
    },
    ...JSON.parse(extra),
  });
  process.stdout.write(`${JSON.stringify({ told, journal, result })}\n`);
} catch (error) {
  process.stdout.write(
    `${JSON.stringify({ told, error: { name: error.name, code: error.code, number: error.number, known: returnCodes[error.code], message: error.message } })}\n`,
  );
}
