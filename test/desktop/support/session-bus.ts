import { spawn } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';
import { onTestFinished } from 'vitest';
import { busAddress, busCall, busText } from '../../../main/electron/session-bus.ts';

/** A session bus of its own with a program that shows tray icons, as far as anyone can ask. Returns its address. */
export async function startBusWithTray(): Promise<string> {
  const daemon = spawn('dbus-daemon', ['--session', '--nofork', '--print-address'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  onTestFinished(() => void daemon.kill());
  const [line] = (await once(daemon.stdout, 'data')) as [Buffer];
  const address = line.toString().trim();
  const socket = net.connect(busAddress({ DBUS_SESSION_BUS_ADDRESS: address })!);
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  const user = Buffer.from(String(process.getuid!())).toString('hex');
  socket.write(`\0AUTH EXTERNAL ${user}\r\n`);
  await once(socket, 'data');
  socket.write('BEGIN\r\n');
  socket.write(busCall(1, 'Hello'));
  const name = busText('org.kde.StatusNotifierWatcher');
  const flags = Buffer.alloc((-name.length & 3) + 4);
  socket.write(busCall(2, 'RequestName', 'su', Buffer.concat([name, flags])));
  socket.resume();
  return address;
}
