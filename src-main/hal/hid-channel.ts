import { fail, ok, type Result } from '../../src-shared/base/result.ts';
import { packReports, unpackReport, withReportId } from '../../src-shared/kit/hid-reports.ts';
import type { ByteChannel, ChannelDescription, ChannelReceiver } from './byte-channel.ts';
import { type ChannelOpenFailure, reasonOf } from './open-failure.ts';
import { deviceFileFailure, permissionAdvice } from './permissions.ts';
import { ReceiverSlot } from './receiver-slot.ts';
import { claimStick, type StickClaim } from './stick-claim.ts';

/** What is used of node-hid's open device. */
export interface HidDevice {
  on(event: 'data', listener: (report: Uint8Array) => void): unknown;
  on(event: 'error', listener: (error: unknown) => void): unknown;
  write(report: Buffer): Promise<number>;
  close(): Promise<void>;
}

/** What is used of node-hid. It links to libusb and libudev, so it is imported only when a stick is opened or listed. */
export interface HidDriver {
  readonly devicesAsync: () => Promise<readonly HidDeviceInfo[]>;
  readonly HIDAsync: { open(path: string): Promise<HidDevice> };
}

/** What node-hid tells of a device that is plugged in. */
export interface HidDeviceInfo {
  readonly vendorId: number;
  readonly productId: number;
  readonly path?: string | undefined;
  readonly manufacturer?: string | undefined;
  readonly product?: string | undefined;
}

/** Loads the real driver. A machine without libusb-1.0 or libudev rejects here: a health item, not a crash (stack.md 1). */
export async function loadHidDriver(): Promise<HidDriver> {
  const { devicesAsync, HIDAsync } = await import('node-hid');
  return { devicesAsync: () => devicesAsync(), HIDAsync };
}

/** How a stick is opened. */
export interface HidOpenOptions {
  readonly description?: ChannelDescription;
  /** For another driver than the machine's. */
  readonly load?: () => Promise<HidDriver>;
}

/** Opens a HID stick as a channel: messages go out in 64-byte reports behind report id 00, reports come in as a stream (kit-protocol.md 4). */
export async function openHid(
  path: string,
  options: HidOpenOptions = {},
): Promise<Result<ByteChannel, ChannelOpenFailure>> {
  const refused = await deviceFileFailure(path, 'hid');
  if (refused !== undefined) return fail(refused);
  let driver: HidDriver;
  try {
    driver = await (options.load ?? loadHidDriver)();
  } catch (thrown) {
    return fail({ kind: 'driver', path, reason: reasonOf(thrown) });
  }
  const claimed = await claimStick(path);
  if (!claimed.ok) return fail({ kind: 'in-use', path, reason: claimed.failure.holder });
  try {
    const device = await driver.HIDAsync.open(path);
    return ok(hidChannel(device, options.description ?? { kind: 'hid', path, connector: path }, claimed.value));
  } catch (thrown) {
    await claimed.value.release();
    const reason = reasonOf(thrown);
    // hidapi has one sentence for everything; the device file was there and open to us a moment ago.
    const advice = permissionAdvice(process.platform, 'hid');
    return fail(
      process.platform === 'linux' ? { kind: 'denied', path, reason, advice } : { kind: 'in-use', path, reason },
    );
  }
}

function hidChannel(device: HidDevice, description: ChannelDescription, claim: StickClaim): ByteChannel {
  const slot = new ReceiverSlot();
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closing ??= device
      .close()
      .catch(() => undefined)
      .then(() => claim.release());
    return closing;
  };
  device.on('data', (report) => {
    const bytes = unpackReport(report);
    if (bytes.length > 0 && !slot.data(bytes)) {
      slot.closed('more came than could be kept before anybody listened');
      void close();
    }
  });
  device.on('error', (error) => {
    slot.closed(reasonOf(error));
    void close();
  });
  return {
    description,
    async write(bytes: Uint8Array): Promise<void> {
      for (const report of packReports(bytes)) {
        if (slot.over) throw new Error('the channel is closed');
        await device.write(Buffer.from(withReportId(report)));
      }
    },
    setReceiver(receiver: ChannelReceiver): void {
      slot.set(receiver);
    },
    async close(): Promise<void> {
      slot.silence();
      await close();
    },
  };
}
