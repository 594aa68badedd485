import { createECDH } from 'node:crypto';
import { join, take } from './bytes.ts';
import type { RandomSource } from './random-source.ts';

/**
 * P-256 over digests as they are (no hashing), which node:crypto does not offer: scalar times point is node's, the rest
 * of ECDSA is written out here. Speed and plainness count; secrecy of simulated keys does not.
 */

const P = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn;
const N = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const B = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn;
const GX = 0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296n;
const GY = 0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5n;

function toNumber(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString('hex') || '0'}`);
}

function toBytes(value: bigint): Uint8Array {
  return new Uint8Array(Buffer.from(value.toString(16).padStart(64, '0'), 'hex'));
}

function mod(value: bigint, modulus: bigint): bigint {
  const rest = value % modulus;
  return rest < 0n ? rest + modulus : rest;
}

function inverse(value: bigint, modulus: bigint): bigint {
  let [a, b, x, y] = [mod(value, modulus), modulus, 1n, 0n];
  while (a > 1n) {
    const quotient = b / a;
    [b, a] = [a, b % a];
    [y, x] = [x, y - quotient * x];
  }
  return mod(x, modulus);
}

/** Whether 32 bytes are a private key: 1 .. n-1. */
export function isPrivateKey(key: Uint8Array): boolean {
  const value = toNumber(key);
  return value > 0n && value < N;
}

/** A private key from the source. */
export function drawPrivateKey(random: RandomSource): Uint8Array {
  for (;;) {
    const candidate = random.bytes(32);
    if (isPrivateKey(candidate)) return candidate;
  }
}

/** X‖Y, 64 bytes, of a private key. The key must be one. */
export function publicKeyOf(key: Uint8Array): Uint8Array {
  const ecdh = createECDH('prime256v1');
  ecdh.setPrivateKey(key);
  return new Uint8Array(ecdh.getPublicKey().subarray(1));
}

/** Whether X‖Y is a point of the curve. */
export function isPublicKey(point: Uint8Array): boolean {
  const x = toNumber(point.subarray(0, 32));
  const y = toNumber(point.subarray(32, 64));
  return x < P && y < P && mod(y * y - x * x * x + 3n * x - B, P) === 0n;
}

/** X coordinate of key times point; undefined when the point is none. */
export function sharedSecret(key: Uint8Array, point: Uint8Array): Uint8Array | undefined {
  if (!isPublicKey(point)) return undefined;
  const ecdh = createECDH('prime256v1');
  ecdh.setPrivateKey(key);
  return new Uint8Array(ecdh.computeSecret(join([4], point)));
}

/** R‖S over the 32 digest bytes as they are; S is not made small, as on silicon. */
export function signDigest(key: Uint8Array, digest: Uint8Array, random: RandomSource): Uint8Array {
  for (;;) {
    const nonce = drawPrivateKey(random);
    const r = mod(toNumber(publicKeyOf(nonce).subarray(0, 32)), N);
    const s = mod(inverse(toNumber(nonce), N) * (toNumber(digest) + r * toNumber(key)), N);
    if (r !== 0n && s !== 0n) return join(toBytes(r), toBytes(s));
  }
}

type Jacobian = readonly [x: bigint, y: bigint, z: bigint];
const INFINITY: Jacobian = [0n, 1n, 0n];

function double([x, y, z]: Jacobian): Jacobian {
  if (z === 0n) return INFINITY;
  const zz = (z * z) % P;
  const yy = (y * y) % P;
  const s = (4n * x * yy) % P;
  const m = mod(3n * (x - zz) * (x + zz), P);
  const x3 = mod(m * m - 2n * s, P);
  return [x3, mod(m * (s - x3) - 8n * yy * yy, P), (2n * y * z) % P];
}

function add(a: Jacobian, b: Jacobian): Jacobian {
  if (a[2] === 0n) return b;
  if (b[2] === 0n) return a;
  const za = (a[2] * a[2]) % P;
  const zb = (b[2] * b[2]) % P;
  const u1 = (a[0] * zb) % P;
  const s1 = (a[1] * zb * b[2]) % P;
  const h = mod(b[0] * za - u1, P);
  const r = mod(b[1] * za * a[2] - s1, P);
  if (h === 0n) return r === 0n ? double(a) : INFINITY;
  const hh = (h * h) % P;
  const hhh = (hh * h) % P;
  const v = (u1 * hh) % P;
  const x3 = mod(r * r - hhh - 2n * v, P);
  return [x3, mod(r * (v - x3) - s1 * hhh, P), (a[2] * b[2] * h) % P];
}

/** Whether R‖S is a signature of the digest under X‖Y. */
export function verifyDigest(point: Uint8Array, digest: Uint8Array, signature: Uint8Array): boolean {
  const r = toNumber(signature.subarray(0, 32));
  const s = toNumber(signature.subarray(32, 64));
  if (r === 0n || s === 0n || r >= N || s >= N || !isPublicKey(point)) return false;
  const w = inverse(s, N);
  const u1 = mod(toNumber(digest) * w, N);
  const u2 = mod(r * w, N);
  const g: Jacobian = [GX, GY, 1n];
  const q: Jacobian = [toNumber(point.subarray(0, 32)), toNumber(point.subarray(32, 64)), 1n];
  const both = add(g, q);
  let sum: Jacobian = INFINITY;
  for (let bit = 255n; bit >= 0n; bit -= 1n) {
    sum = double(sum);
    const inG = ((u1 >> bit) & 1n) === 1n;
    const inQ = ((u2 >> bit) & 1n) === 1n;
    if (inG || inQ) sum = add(sum, inG ? (inQ ? both : g) : q);
  }
  if (sum[2] === 0n) return false;
  const z = inverse(sum[2], P);
  return mod(mod(sum[0] * z * z, P), N) === r;
}

/** Where a public key lies in a slot: 00×4 X 00×4 Y, 72 bytes (atecc-device.md 4). */
export function publicKeyInSlot(slot: Uint8Array): Uint8Array {
  return join(take(slot, 4, 32), take(slot, 40, 32));
}
