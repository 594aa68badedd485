/** The way to a kit, for rooms that know the device room and not the transports below it. */
export type { ByteChannel, ChannelDescription, ChannelReceiver } from '../hal/byte-channel.ts';
export { type KitOpenFailure, openKit } from '../hal/kit-transport.ts';
export type { Transport, TransportFailure } from '../hal/transport.ts';
