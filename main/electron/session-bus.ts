import net from 'node:net';
import path from 'node:path';

/**
 * Whether a program on the session bus of a Linux desktop has this name, such as the one that shows tray icons. False without
 * a bus and when it does not answer. Speaks the D-Bus protocol itself (D-Bus specification 0.42): one call without a library.
 */
export async function hasBusName(name: string, env = process.env): Promise<boolean> {
  const address = busAddress(env);
  if (address === null) return false;
  return new Promise((resolve) => {
    const socket = net.connect(address);
    const timer = setTimeout(() => end(false), ANSWER_MS);
    let received = Buffer.alloc(0);
    let authenticated = false;
    function end(found: boolean): void {
      clearTimeout(timer);
      socket.destroy();
      resolve(found);
    }
    socket.on('error', () => end(false));
    socket.on('close', () => end(false));
    socket.on('connect', () => {
      const user = Buffer.from(String(process.getuid?.() ?? 0)).toString('hex');
      socket.write(`\0AUTH EXTERNAL ${user}\r\n`);
    });
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      if (received.length > MAX_RECEIVED) return end(false);
      if (!authenticated) {
        const line = received.indexOf('\r\n');
        if (line < 0) return;
        if (!received.subarray(0, line).toString('latin1').startsWith('OK')) return end(false);
        authenticated = true;
        received = received.subarray(line + 2);
        socket.write('BEGIN\r\n');
        socket.write(busCall(1, 'Hello'));
        socket.write(busCall(2, 'NameHasOwner', 's', busText(name)));
      }
      const owned = readReply(received, 2);
      if (owned !== null) end(owned);
    });
  });
}

/** The main thread may be busy while the app starts. */
const ANSWER_MS = 10_000;
const MAX_RECEIVED = 65_536;

/** The socket of the session bus; null if there is none that this program can use. */
export function busAddress(env: Readonly<Record<string, string | undefined>>): string | null {
  const given = env['DBUS_SESSION_BUS_ADDRESS'];
  const folder = env['XDG_RUNTIME_DIR'];
  if (!given) return folder ? path.join(folder, 'bus') : null;
  for (const each of given.split(';')) {
    const [, kind, value] = /^unix:(?:.*,)?(path|abstract)=([^,]+)/.exec(each) ?? [];
    if (value === undefined) continue;
    const place = decodeURIComponent(value);
    return kind === 'path' ? place : `\0${place}`;
  }
  return null;
}

const BUS = 'org.freedesktop.DBus';
const METHOD_CALL = 1;
const METHOD_RETURN = 2;
const ERROR = 3;
const REPLY_SERIAL = 5;

/** A method call to the bus itself, little endian. */
export function busCall(
  serial: number,
  member: string,
  signature = '',
  body: Buffer = Buffer.alloc(0),
): Buffer {
  const fields = [
    field(1, 'o', busText('/org/freedesktop/DBus')),
    field(6, 's', busText(BUS)),
    field(2, 's', busText(BUS)),
    field(3, 's', busText(member)),
    ...(signature === ''
      ? []
      : [field(8, 'g', Buffer.from(`${String.fromCharCode(signature.length)}${signature}\0`, 'latin1'))]),
  ];
  let array = Buffer.alloc(0);
  for (const each of fields) array = Buffer.concat([padded(array), each]);
  const head = Buffer.alloc(16);
  head.write('l', 0);
  head[1] = METHOD_CALL;
  head[3] = 1;
  head.writeUInt32LE(body.length, 4);
  head.writeUInt32LE(serial, 8);
  head.writeUInt32LE(array.length, 12);
  return Buffer.concat([padded(Buffer.concat([head, array])), body]);
}

/** A string as a call contains it. */
export function busText(value: string): Buffer {
  const bytes = Buffer.from(value, 'utf8');
  const length = Buffer.alloc(4);
  length.writeUInt32LE(bytes.length);
  return Buffer.concat([length, bytes, Buffer.from([0])]);
}

/** A header field: its code, and a variant with one value that begins on a multiple of 4. */
function field(code: number, signature: string, value: Buffer): Buffer {
  return Buffer.concat([Buffer.from([code, 1, signature.charCodeAt(0), 0]), value]);
}

const padded = (bytes: Buffer): Buffer => Buffer.concat([bytes, Buffer.alloc(-bytes.length & 7)]);

/** The boolean that answers this call; false for an error; null while the answer is not here. */
function readReply(bytes: Buffer, serial: number): boolean | null {
  let at = 0;
  while (bytes.length - at >= 16) {
    const message = bytes.subarray(at);
    const body = message.readUInt32LE(4);
    const fields = message.readUInt32LE(12);
    const start = (16 + fields + 7) & ~7;
    if (message.length < start + body) return null;
    const type = message[1];
    if ((type === METHOD_RETURN || type === ERROR) && repliesTo(message.subarray(16, 16 + fields)) === serial)
      return type === METHOD_RETURN && body >= 4 && message.readUInt32LE(start) === 1;
    at += start + body;
  }
  return null;
}

/** The serial in the field for replies. Its value is a number, which the other fields before it never look like. */
function repliesTo(fields: Buffer): number | null {
  for (let at = 0; at + 8 <= fields.length; at += 8)
    if (fields[at] === REPLY_SERIAL && fields[at + 1] === 1 && fields[at + 2] === 0x75)
      return fields.readUInt32LE(at + 4);
  return null;
}
