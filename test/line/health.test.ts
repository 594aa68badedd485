import { describe, expect, it } from 'vitest';
import type { HealthItem } from '../../src-main/hal/port-list.ts';
import { PortWatcher } from '../../src-main/hal/watcher.ts';
import { type HealthFacts, healthItems } from '../../src-main/line/health.ts';
import { englishSentence, quoted } from '../../src-shared/model/reasons.ts';

const sound: HealthFacts = {
  folder: '/data',
  freeBytes: 1e12,
  cannotRecord: undefined,
  clock: undefined,
  logAlarm: '',
  damagedSettings: '',
  ports: [],
  denied: [],
  serverProblem: undefined,
  remote: undefined,
};

/** What is not in order, as id, level and the sentence that is shown. */
function wrong(facts: Partial<HealthFacts>): readonly (readonly [string, string, string])[] {
  return healthItems({ ...sound, ...facts })
    .filter(({ level }) => level !== 'ok')
    .map(({ id, level, reason }) => [id, level, reason === null ? '' : englishSentence(reason)] as const);
}

describe('the health page', () => {
  it('has nothing to say about a machine in order', () => {
    expect(wrong({})).toEqual([]);
  });

  it.each<readonly [HealthItem['item'], string]>([
    ['serial-list', 'serial-ports'],
    ['hid-driver', 'hid'],
    ['hot-plug', 'usb-events'],
  ])('shows %s missing as a warning, with its sentence', (item, id) => {
    const sentence = `The machine lacks ${item}.`;
    expect(wrong({ ports: [{ item, reason: quoted(sentence) }] })).toEqual([[id, 'warning', sentence]]);
  });

  it('shows what a machine without libusb, udev and sysfs is told by its watcher', async () => {
    const lacking = (name: string) => () => Promise.reject(new Error(`${name}.so: cannot open shared object file`));
    const watcher = new PortWatcher({
      sources: {
        platform: 'linux',
        roots: { sys: '/nowhere/sys', dev: '/nowhere/dev' },
        listSerial: lacking('libudev'),
        loadHid: lacking('libhidapi'),
      },
      hotPlug: { start: lacking('libusb-1.0'), stop: () => Promise.resolve() },
      pollMs: 60_000,
    });
    const { health, ports } = await watcher.start();
    await watcher.stop();
    expect(ports).toEqual([]);
    expect(wrong({ ports: health })).toEqual([
      ['serial-ports', 'warning', expect.stringMatching(/libudev.*a port can be typed in by hand\.$/)],
      ['hid', 'warning', expect.stringMatching(/^HID sticks cannot be used \(libhidapi/)],
      ['usb-events', 'warning', expect.stringMatching(/^Plugging is noticed by looking every 60 s only \(libusb/)],
    ]);
  });

  it('names the first port that this user may not open, what to do, and how many there are', () => {
    const denied = ['/dev/ttyACM0', '/dev/ttyACM1'].map((path) => ({
      path,
      reason: quoted(`${path} may not be opened.`),
    }));
    const item = healthItems({ ...sound, denied }).find(({ id }) => id === 'port-permission');
    expect(item).toEqual({
      id: 'port-permission',
      level: 'error',
      facts: { path: '/dev/ttyACM0', count: '2' },
      reason: denied[0]?.reason,
    });
  });

  it('says of a server that cannot listen where, and why once: the code has its sentence', () => {
    const serverProblem = { code: 'PORT_IN_USE', message: 'Another program listens.', place: '127.0.0.1:1863' };
    expect(healthItems({ ...sound, serverProblem }).find(({ id }) => id === 'server-port')).toMatchObject({
      facts: { address: '127.0.0.1:1863', code: 'PORT_IN_USE' },
      reason: quoted('Another program listens.'),
    });
  });

  it.each([
    [19, 'error'],
    [21, 'warning'],
    [499, 'warning'],
    [501, undefined],
  ])('%i MiB of free disk: %s', (megabytes, level) => {
    const [item] = wrong({ freeBytes: megabytes * (1 << 20) });
    expect(item?.[1]).toBe(level);
  });
});
